import type { ComponentChildren } from 'preact'
import type { FrameKind } from '../../meter.ts'
import type { Obstacle } from '../../client/session-state.ts'
import type { Problem, TransportName } from '../../protocol.ts'
import type { TransportMode } from '../../transports.ts'
import type { Reason } from '../wire/explain.ts'

/** A part of a sentence: text, or an element for a name. */
type Part = ComponentChildren

/** The facts that the sentence of a reason may contain. A fact that does not apply is empty, 0 or null. */
export interface WireFacts {
  held: string
  seqs: string
  count: number
  again: string | null
  isOwn: boolean
  waited: string | null
  isOver: boolean
  /** Over HTTP/2 a request needs no free connection. */
  isMultiplexed: boolean
  bytes: string
  kind: FrameKind
  status: number
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)
const characters = (count: number): string => `${count} character${count === 1 ? '' : 's'}`

/** A transport in a sentence about a run. */
export interface Measured {
  name: string
  bytes: string
  p50: string
}

/** Why a name is refused that has allowed letters only, by the rule that the server names. */
const nameRules: Partial<Record<string, string>> = {
  'letters of one script': 'A name has letters of one script only: otherwise it could look like another name.',
  'not letters alone that look like Latin ones': 'This name looks like a name in Latin letters.',
  'at most 2 accents on a letter': 'A letter of a name has at most two accents.',
}

type How = (tuning: { interval: string; hold: string }) => string

/** How each transport works, in a few words. A transport that is not here gets the words of its mode. */
const how: Partial<Record<TransportName, How>> = {
  'short-poll': ({ interval }) => `asks every ${interval}`,
  'long-poll': () => 'asks, and the server waits',
  websocket: () => 'one socket, both directions',
  sse: () => 'one answer, many events',
  'http-stream': () => 'one answer, many lines',
  'snapshot-poll': ({ interval }) => `gets all every ${interval}`,
  'jsonp-poll': ({ interval }) => `loads a script every ${interval}`,
  'socket-io': () => 'polls, then a socket',
}

const howByMode: Record<TransportMode['mode'], How> = {
  interval: ({ interval }) => `asks every ${interval}`,
  held: () => 'asks, and the server waits',
  streaming: () => 'stays open, and the server sends',
}

export const en = {
  title: 'transport-playground',
  skip: 'Skip to the composer',

  header: {
    room: 'Room',
    otherRoom: 'Go to another room',
    badRoom: 'A room’s name is 1 to 32 letters A–Z, digits, _ and -, the first a letter or a digit.',
    badRoomBut: (suggestion: string) =>
      `A room’s name has letters A–Z, digits, _ and - only. You can write ${suggestion}.`,
    noSuchRoom: (name: Part): Part[] => ['A room cannot be called ', name, '.'],
    noSuchPage: (path: Part): Part[] => ['This page has no view at ', path, '.'],
    tagline: 'One chat room over eight transports: switch while you chat, and see what each costs.',
    noSpaces: (suggestion: string) => `A name has no spaces. You can write ${suggestion}.`,
    lecture: 'Lecture mode',
    lectureTitle: 'Lecture mode: the wire and the delivery latency only, in large type',
    toLobby: 'Go to the lobby',
    rename: 'Change your name',
    newName: 'Your new name',
    language: 'Language',
    theme: { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' },
    views: { group: 'Views', chat: 'Chat', compare: 'Side by side' },
    guides: {
      group: 'Learn',
      experiments: { title: 'Experiments', about: 'Predict, run, and compare with the model' },
      choose: { title: 'Choose', about: 'Which transport fits your case, and why' },
      capacity: { title: 'Capacity', about: 'What a number of users costs' },
      reports: { title: 'Reports', about: 'What the benchmark measured' },
    },
    loading: 'Loading …',
    notLoaded: 'This part of the page did not load. Is the server running?',
    loadAgain: 'Load again',
  },

  transport: {
    group: 'Transport',
    /** By name. A transport without a label here is shown by its name. */
    labels: {} as Partial<Record<TransportName, string>>,
    how,
    howByMode,
    off: 'off: npm start -- --jsonp',
    offTitle:
      'Off by default: the page runs whatever the script contains, and a page of any site can load the script and read the public rooms.',
    perMessage: (figure: string) => `${figure}/msg`,
    notTried: 'not tried yet',
    noMessage: 'no message yet',
    lastCostTitle:
      'as last measured here: bytes per message, median delivery latency; grey when link, rate, size or a setting is another now',
  },

  statusLights: {
    carrier: 'Carrier',
    mode: 'Mode',
    modes: { interval: 'interval', held: 'held', streaming: 'streaming' },
    description: (carrier: string, mode: string) => `Carrier ${carrier}, mode ${mode}`,
  },

  tuning: {
    group: 'Settings',
    interval: 'Poll interval',
    hold: 'Hold',
    intervalOff: 'Not used now: it applies to transports that poll at intervals.',
    holdOff: 'Not used now: it applies to transports whose requests are held.',
    bot: 'Bot',
    botOff: 'off',
    botTitle:
      'A bot that sends messages to this room at random times, at this rate on average. It stops after ten minutes.',
    botSize: 'Text',
    botPhrase: 'phrases',
    botSizeTitle: 'The size of the bot’s texts. A room accepts texts of up to 2000 characters.',
    padding: 'Padding',
    paddingNone: 'none',
    paddingTitle:
      'A header of this size more in each request, as a cookie would be: x-padding, and one more subprotocol in the handshake of a WebSocket. It is no cookie, since all tabs would share it. The scripts of jsonp-poll cannot have it.',
    intervalTitle: 'From the start of one poll to the start of the next',
    holdTitle: 'How long the server may hold a request; the server’s own limit has precedence',
  },

  examples: {
    show: 'Examples',
    title: 'Watch an example:',
    quiet: { title: 'A quiet room', about: 'long-poll: the server holds a request' },
    busy: { title: 'A busy room', about: 'long-poll: one more request per answer' },
    tunnel: { title: 'A tunnel', about: 'websocket: cut for 2 s every 15 s' },
    buffering: { title: 'A buffering proxy', about: 'SSE: messages arrive in lumps' },
    tokens: { title: 'A stream of tokens', about: 'SSE: 4 bytes of text, 30 times a second' },
    or: 'Or write a message below. Keys 1 to 8 change the transport.',
  },

  panels: { group: 'Panels', chat: 'Chat', wire: 'Wire', meters: 'Meters', socket: 'Socket' },

  chat: {
    title: 'Chat',
    messages: 'History',
    connecting: 'connecting …',
    open: 'open',
    lost: 'connection lost',
    neverOpen: 'not connected',
    ended: 'ended',
    cursor: 'cursor',
    cursorTitle: 'The position up to which this page has read the room’s log',
    newMessages: (count: number) => `${count} new`,
    newMessagesTitle: 'Go to the newest message',
    connectionLost: 'Connection lost.',
    notOpenYet: 'There is no connection yet.',
    obstacles: {
      'no-websocket':
        'No WebSocket gets through here: is there a proxy that passes no upgrades? Choose sse or long-poll, or let the proxy pass the Upgrade header.',
      'no-stream':
        'No stream gets through here: is there a proxy that holds answers back? Choose long-poll or websocket, or turn the proxy’s buffering off.',
      'connections-in-use':
        'All six connections of this browser to the server are in use, so a request waits. Close other tabs, choose websocket there, or start the server with --tls.',
    } as Record<Obstacle, string>,
    retryIn: (seconds: string) => `Next attempt in ${seconds}.`,
    tryingNow: 'Trying now …',
    nothingLost: 'Nothing you said is lost.',
    retry: 'Try now',
    waitsInBrowser:
      'Six requests of this browser are held; the request of this tab waits in the browser for a free connection. Close a tab, or use a WebSocket, which does not count.',
    endedAsked: 'The server ended your connection, as you asked.',
    endedByServer: 'The server ended your connection.',
    rejoin: 'Rejoin',
    latencyTitle: 'From the server’s timestamp to this page',
    late: (figure: string) => `late, ${figure}`,
    lateTitle: 'Stored while there was no connection; it came with the next one.',
    toOnly: (name: Part): Part[] => ['to ', name, ' only'],
    toYouOnly: 'to you only',
    sending: 'sending …',
    waiting: 'waiting for the connection',
    stored: 'stored, on its way back',
  },

  notes: {
    youJoined: (room: Part, name: Part): Part[] => ['You joined ', room, ' as ', name, '.'],
    joined: (name: Part): Part[] => [name, ' joined.'],
    left: {
      asked: (name: Part): Part[] => [name, ' left.'],
      lease: (name: Part): Part[] => [name, ' was not heard from and has been removed.'],
      closed: (name: Part): Part[] => [name, ' was disconnected by the server on request.'],
    },
    renamed: (was: Part, name: Part): Part[] => [was, ' is now ', name, '.'],
    youRenamed: (name: Part): Part[] => ['You are now ', name, '.'],
    connected: (transport: Part): Part[] => ['Connected over ', transport, '.'],
    lost: 'Disconnected: the connection is lost.',
    back: (after: string) => `Connected again after ${after}.`,
    rejoined: (name: Part): Part[] => ['The server no longer knew you. You have joined again as ', name, '.'],
    returned: (name: Part): Part[] => [
      'You were away for so long that the server had removed you. You have joined again as ',
      name,
      '.',
    ],
    ended: { asked: 'Disconnected by the server, as you asked.', byServer: 'Disconnected by the server.' },
    forgotten:
      'The server has lost this room, for example by a restart. The earlier messages are gone; the list starts again from here.',
    reset: 'Some messages are no longer retained by the server. The list starts again from here.',
    unseen:
      'Your private message is stored. This transport carries public messages only, so the message will not be shown here.',
    sameCursor: (cursor: string) => `same cursor ${cursor}`,
    gapCheck: ({ missing, repeated }: { missing: number; repeated: number }) =>
      [
        'same cursor',
        // A missing number is a private message of others, or a loss: a reader cannot tell which, so neither is claimed.
        ...(missing === 0 ? ['0 lost'] : []),
        repeated === 0 ? '0 twice' : `${repeated} twice or out of order`,
      ].join(' · '),
    gapCheckReset: 'the server no longer had that cursor',
    gapCheckTitle: (received: number, missing: number) =>
      `${received} events since then. ` +
      (missing === 0
        ? 'Their numbers have no gap.'
        : 'Numbers missing here were private to others, or lost: a reader cannot tell which.'),
  },

  members: {
    title: 'Here',
    you: 'you',
    sendPrivately: (name: string) => `Write to ${name} privately`,
    show: 'Who is here',
    readsBy: (transport: string) => `reads by ${transport}`,
    bot: 'bot',
    botTitle: 'a program writes its messages',
    quiet: (count: number) => `${count} more look${count === 1 ? 's' : ''} on`,
    quietTitle: 'Members that only receive: the columns of the view “Side by side”',
  },

  composer: {
    label: 'Message',
    placeholder: 'Write to the room',
    send: 'Send',
    private: 'writes privately',
    close: 'lets the server disconnect you',
    mentions: 'Members to write to privately',
    mentionCount: (count: number) =>
      `${count === 1 ? '1 member' : `${count} members`}: arrow keys choose, Enter writes the name, Escape closes the list.`,
    count: (length: string, limit: string) => `${length} of ${limit} characters`,
    spectator: 'a script carries no token: private messages do not arrive by this transport',
    notNow: 'The connection has ended: rejoin to send',
    joining: 'Not in the room yet',
    unknown: (name: Part): Part[] => ['No member here is called ', name, '. Nothing was sent.'],
    noText: (name: Part): Part[] => ['What do you want to say to ', name, '?'],
    tooLong: (length: string, limit: string) =>
      `Too long: ${length} characters, and ${limit} are allowed. Nothing was sent.`,
    refused: (why: string, text: Part): Part[] => ['Not sent: “', text, '”. ', why],
  },

  meters: {
    title: 'Meters',
    sinceJoined: (time: string) => `since you joined, ${time}`,
    sinceSwitch: (time: string) => `since the change, ${time}`,
    meterConnectionLost:
      'Meter connection lost. These numbers do not change until it is restored, which happens automatically.',
    nothing: 'nothing counted yet',
    requests: 'Requests',
    perSecond: '/s',
    measuring: 'measuring',
    total: (count: string) => `${count} in all`,
    frames: (count: string) => `${count} frames`,
    empty: 'Empty answers',
    none: 'none',
    emptyOf: (empty: string, polls: string) => `${empty} of ${polls} polls`,
    neverAsked: 'no polls',
    connections: 'Connections',
    openNow: 'open',
    opened: (count: string) => `${count} opened`,
    openedOfSix: (count: string) => `${count} opened · limit 6`,
    socketAndIdle: (idle: number) => `${idle} idle for HTTP`,
    idleTitle:
      'Beside the socket, the browser keeps the HTTP connections that it used before, for a while, for its next request.',
    outages: (count: number, duration: string) => `connection lost ${times(count)}, ${duration} in all`,
    stuck: (figure: string) =>
      `${figure} of the stream left the server and have not arrived: something on the way holds this answer back, as a buffering proxy does.`,
    slotsTitle:
      'A browser opens at most six HTTP/1.1 connections to one port of a host, for all its tabs together. WebSockets do not count. Coloured: this member’s connections; grey: requests that other tabs keep open.',
    slotsFull: 'all six in use',
    multiplexed:
      'HTTP/2: all requests of all tabs are streams of one connection. The streams that stay open are shown.',
    streams: (streams: number, figure: string) => `HTTP/2 · ${figure} open stream${streams === 1 ? '' : 's'}`,
    perMessage: 'Bytes per message',
    perMessageTitle:
      'All bytes, both directions, divided by the messages delivered; without what opens a long connection, which is paid once',
    noMessage: 'no message yet',
    ofWhichText: (figure: string) => `of which text: ${figure}`,
    bytes: 'Bytes',
    direction: 'Direction',
    sum: 'Sum',
    parts: 'Parts',
    up: 'up',
    down: 'down',
    headers: 'headers',
    framing: 'framing',
    envelope: 'JSON',
    payload: 'text',
    partsTitle:
      'Headers: heads of requests and answers. Framing: what the protocol adds, such as a frame head of 2 to 14 bytes or a chunk size. JSON: this project’s own envelope around the text. Text: what was written.',
    opening: (figure: string) => `${figure} to open the connection: paid once`,
    latency: 'Delivery latency',
    latencyTitle: (half: string) =>
      `From the server’s timestamp on a message to this page’s code. The two clocks were compared over the meter connection, to ± ${half}.`,
    notTimed: 'not timed: the clocks are not compared yet',
    latencyUnknown: 'From the server’s timestamp on a message to this page’s code.',
    latencyOf: (messages: number, figure: string) => `of ${figure} message${messages === 1 ? '' : 's'}`,
    late: (figure: string) => `${figure} late`,
    lateTitle: 'Late: stored while there was no connection. They count in both percentiles, and are rings in the plot.',
    plot: (count: number, p50: string, p95: string) =>
      `Latency of each message of the last 60 seconds: ${count} messages; with the current settings p50 ${p50}, p95 ${p95}`,
    plotEmpty: 'Latency of each message of the last 60 seconds: none yet',
    ago: '−60 s',
    now: 'now',
    basis: 'Bytes are counted at the server’s sockets; the connection that feeds these meters is not counted.',
  },

  links: {
    label: 'Link',
    /** By profile. A profile without a label here is shown by its name. */
    profiles: {
      local: 'no delay',
      wifi: 'Wi-Fi',
      '4g': '4G',
      '3g': '3G',
      satellite: 'satellite',
      tunnel: 'tunnel, cut 2 s of 15',
      buffering: 'buffering proxy',
      'idle-killer': 'closes after 10 s idle',
    } as Partial<Record<string, string>>,
    model: (figure: string) => `model ${figure}`,
    modelP50: 'Model, p50',
    overModel: (share: string) => `Measured: ${share} more.`,
    noModel: 'No model: this link adds no constant delay',
    modelTitle: (rtt: string) =>
      `The median in theory for this link (round trip ${rtt}) and these settings; processing time is taken as 0`,
    about:
      'TCP ports in front of the server that delay, throttle or cut connections. Packet loss is not emulated: above TCP, loss is a stall.',
  },

  compare: {
    title: 'Side by side',
    sendOnce: 'Send once',
    sendOnceAbout: (columns: number) =>
      `${columns === 1 ? 'One member receives' : `${columns} members of this room receive`} the message, each over its own connection.`,
    columns: 'Columns',
    settings: 'Settings',
    linkAll: 'Link for all',
    linkOf: (transport: string) => `Link of ${transport}`,
    mixed: 'various',
    noColumns: 'No column is shown. Choose transports above.',
    preparing: 'opening the columns …',
    logOf: (transport: string) => `Messages by ${transport}`,
    empty: 'No message yet.',
    stuck: (figure: string) => `${figure} held back on the way`,
    states: { connecting: 'connecting …', open: 'open', lost: 'connection lost', refused: 'refused' },
    totals: (transport: string) => `Cost of ${transport}`,
    quantity: 'Quantity',
    value: 'Value',
    share: 'Compared with the others',
    requests: 'Requests',
    emptyAnswers: 'Empty answers',
    connections: 'Connections',
    up: 'Bytes up',
    down: 'Bytes down',
    perMessage: 'Bytes/message',
    emptyOf: (empty: string, polls: string) => `${empty} of ${polls}`,
    opened: (count: string) => `${count} so far`,
    p50: 'Delivery, p50',
    p95: 'Delivery, p95',
    lost: 'Connection lost',
    lostFor: (duration: string) => `${duration} in all`,
    runs: {
      title: 'Results',
      about: 'delivery latency, p50 to p95, and bytes per message; | is the model’s p50; both axes are logarithmic',
      result: 'Result',
      name: 'Name of the result',
      remove: (name: string) => `Remove the result ${name}`,
      exportAs: (format: string, name: string) => `Export the result ${name} as ${format}`,
      bytesAxis: 'bytes per message',
      latencyAxis: 'delivery latency, ms',
      model: (figure: string) => `model, p50: ${figure}`,
      messages: (count: string, duration: string) => `${count} messages in ${duration}`,
      at: (rate: string, link: string) => `At ${rate} (${link})`,
      both: (at: string, { name, bytes, p50 }: Measured) =>
        `${at}, ${name} is the lightest with ${bytes} per message, and no transport is quicker: ${p50} at the median.`,
      trade: (at: string, light: Measured, quick: Measured) =>
        `${at}, ${light.name} is the lightest: ${light.bytes} per message, against ${quick.bytes} with ${quick.name}. It is later: ${light.p50} at the median, against ${quick.p50}.`,
      nothing: 'Too few messages arrived for a comparison.',
      missing: (name: string, received: string, sent: string) =>
        `Over ${name}, only ${received} of ${sent} messages arrived.`,
      wasHidden:
        'The tab was in the background for a part of the run: the browser slows its timers there, so the times do not count.',
      jsonAbout:
        'bytesPerMessage: both directions, without openingBytes. Latencies in ms from storage at the server to receipt by the page. modelP50Ms: in theory.',
    },
    race: 'Arrival race',
    raceAbout: 'milliseconds from storage at the server to receipt here: pale while waiting, solid on the way',
    raceSample:
      'At most four messages a second are added; each is followed until every column has it, for at most 15 s.',
    latest: 'the latest',
    lastEight: 'The last eight',
    lastEightAbout: 'one row per message; equal times are drawn above one another',
    noMessage: 'No message yet. Write one, or start the conversation.',
    first: 'first',
    message: 'Message',
    linkAlone: (figure: string) => `link only: ${figure}`,
    notYet: 'not yet',
    noTime: 'not timed',
    bot: {
      title: 'Conversation',
      rate: 'Messages per second',
      seed: 'Seed',
      run: (seconds: string) => `Run ${seconds}`,
      cancel: 'Cancel',
      live: 'Show live figures',
      progress: (said: string, of: string, left: string) => `${said} of ${of} sent, ${left} left`,
      /** Texts of the bot's messages. */
      phrases: [
        'jackdaws love my big sphinx',
        'how vexingly quick daft zebras jump',
        'the five boxing wizards jump quickly',
        'hello from the slow lane',
        'did that arrive already?',
        'sphinx of black quartz, judge my vow',
        'one room, one log, many ways to read it',
      ] as readonly string[],
    },
    ownPorts:
      'Each column is a separate member and reads over a separate port. A browser opens six HTTP/1.1 connections to a port, shared by all its tabs, so no column waits for another.',
    sharedPort: (used: string) =>
      `There are no link ports here: all columns and all tabs share the browser’s six HTTP/1.1 connections to this server. These columns use ${used}.`,
    multiplexed:
      'This page uses HTTP/2: all requests of all columns and tabs are streams of one connection, so no column waits for a free connection.',
    sharedFull:
      'All are in use: requests of one column wait for another column, and the race is not fair. Show fewer columns, or close other tabs.',
  },

  wire: {
    title: 'Wire',
    legend: 'What the parts of an arrow mean',
    emptyKey: 'empty',
    pause: 'Pause',
    live: 'Live',
    pauseTitle: 'Stop the picture',
    liveTitle: 'Follow live traffic',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    span: (seconds: string) => `${seconds} from top to bottom`,
    table: 'Table',
    exportAs: (format: string) => `Export as ${format}`,
    client: 'client',
    server: 'server',
    oneWay: (ms: string) => `≈ ${ms} one way`,
    tooMany: 'too many: + zooms in',
    diagram: 'Sequence diagram of the traffic on the wire. The list shows the same; arrow keys step through it.',
    list: 'Traffic on the wire, oldest first',
    listHelp: 'Arrow keys step, Enter follows the message, Escape returns to live, + and − zoom.',
    readout: 'Details and reason',
    nothing: 'Nothing on the wire yet. A request, a frame or a message will show here.',
    held: (seconds: string) => `held ${seconds}`,
    heldStill: (seconds: string) => `holding ${seconds}`,
    until: (seq: string) => `until ${seq}`,
    waited: (seconds: string) => `waits ${seconds}`,
    inBrowser: (seconds: string) => `in the browser ${seconds}`,
    stored: (seq: string) => `${seq} stored`,
    again: 'again',
    up: 'up',
    down: 'down',
    empty: 'empty',
    failed: 'failed',
    connection: (count: number) => `connection ${count}`,
    underWay: (ms: string) => `${ms} on the way`,
    pageUnknown: 'not seen by this page',
    uncounted: 'not counted',
    notYet: 'not answered yet',
    cut: 'no answer',
    shown: (seq: string, ms: string) => `${seq} shown ${ms} after it was stored`,
    path: (seq: string) => `Path of ${seq}`,
    pathStored: (time: string) => `stored ${time}`,
    pathShown: (ms: string) => `shown here ${ms} later`,
    pathHistory: 'shown with the history',
    pathGone: 'The records of this message are no longer kept, or are older than this page’s trace.',
    totals: 'Bytes since this page’s trace began',
    dropped: (count: string) => `${count} records were dropped: too many at once.`,
    follow: (name: string) => `Follow the message of ${name} on the wire`,
    logHelp: 'Enter goes to the newest message; then arrow keys step, and Enter follows a message on the wire.',
    reasons: {
      held: ({ held, seqs, count, again, isOwn }) =>
        `${count === 1 ? 'Two requests for one message' : `Two requests for ${count} messages`}: this one had to be ` +
        `at the server before ${seqs === '' ? 'the message' : seqs}, and waited there for ${held}. A request has one answer, which is ` +
        `used now, so the page ${again === null ? 'has to ask' : `asked`} again${again === null ? '' : ` ${again} later`} for the next message.` +
        (isOwn ? ' Your own POST, which sent the message, is one more request.' : ''),
      holding: ({ held }) =>
        `Held: there is no message yet, so the server keeps this request (${held} so far) until there is one. A message can only arrive as its answer.`,
      'hold-over': ({ held }) =>
        `No message for as long as a request may be held (${held}): the answer is empty, and the page asks again.`,
      'held-event': ({ held }) =>
        `Held for ${held}, until a member joined, left or changed name. The answer is used, so the page asks again.`,
      'at-once': ({ count }) =>
        count === 0
          ? 'An event was stored already, so the request was not held.'
          : 'The message was stored before this request arrived: no held request could carry it. So the request was not held.',
      probe: () => 'The first request is not held: its answer shows that the connection works.',
      'in-vain': () =>
        'No new message: an empty poll. The page polls at intervals, since it cannot know when there is a message.',
      fetched: ({ waited, count }) =>
        count === 0
          ? 'No message, but another event of the room, such as a member that joined.'
          : (count === 1 ? 'Delivered a message' : `Delivered ${count} messages`) +
            (waited === null ? '.' : `, which had waited at the server for ${waited}, until the next poll.`),
      post: ({ seqs }) =>
        seqs === ''
          ? 'Sends a message. The answer will contain its number in the log.'
          : `Sends a message; the answer says that it is ${seqs} in the log. To be shown, it must still be delivered, as to every other member.`,
      posted: () => 'Sends a message. The answer only confirms receipt: the number in the log arrives by a poll.',
      acks: () => 'Contains the number of a message in the log, which the answer to its POST did not.',
      stream: () => 'Stays open: the next events arrive in this same answer, without another request.',
      socket: ({ bytes }) => `The handshake, ${bytes} in all, happens once. From here on both sides only send frames.`,
      frame: ({ kind, count }) =>
        ({
          batch:
            count === 0
              ? 'An event in the room, sent as soon as it was stored.'
              : 'Sent as soon as it was stored: no request was needed.',
          message: 'Sends a message, without a separate request.',
          ack: 'Tells the sender the number of the message in the log.',
          error: 'Refuses a message, and says why.',
          retry: 'Says how soon to reconnect when the connection breaks.',
          heartbeat: 'A heartbeat: nothing happened for a while, and the connection is alive.',
          ping: 'Are you still there?',
          pong: 'Yes, still here.',
          close: 'The connection closes normally.',
          other: 'A frame of the transport itself.',
          rest: 'Bytes outside complete frames: an incomplete frame, or the transport’s own overhead.',
        })[kind],
      cut: () =>
        'Ended by the page before there was an answer: another connection replaced it, or a setting was changed.',
      broken: () => 'No answer: the connection was cut first.',
      refused: ({ status }) => `The server refused: ${status}.`,
      waiting: ({ waited, isOver, isMultiplexed }) =>
        isMultiplexed
          ? isOver
            ? `Took ${waited} to the server: it was held up in the browser or on the way.`
            : `Has not reached the server for ${waited}: it is stuck on the way.`
          : isOver
            ? `Stayed in the browser for ${waited} before it left: no connection was free.`
            : `Has not reached the server for ${waited}: it waits in the browser for a free connection, or is stuck on the way. A browser opens six HTTP/1.1 connections to one port, for all its tabs.`,
      'held-back': () =>
        'Left the server and has not arrived: something on the way holds this answer back. A buffering proxy passes an answer on only when it ends, or when its buffer is full.',
      ended: () => 'The server ended the connection.',
      'broken-open': () => 'The connection broke: neither side closed it in order.',
      pending: () => 'In transit, or being processed.',
      preflight: () =>
        'A preflight: the link’s port is another origin to the browser, so it asks first whether this page may send the next request. The answer is cached for each address.',
      other: () => 'Carries no message: counted with the transport in use.',
      uncounted: () =>
        'Only this page’s side is known. The server has no record of it: it is counted for no member, or is older than this page’s trace.',
    } as Record<Reason['type'], (facts: WireFacts) => string>,
  },

  socket: {
    title: 'Socket',
    none: 'No WebSocket yet.',
    tryIt: (transport: string) => `Try ${transport}`,
    connecting: 'connecting …',
    openFor: (duration: string) => `open for ${duration}`,
    closedFor: (duration: string) => `last one, closed ${duration} ago`,
    states: 'readyState',
    properties: 'Properties',
    counts: 'Events so far',
    events: 'Events, the latest last',
    time: 'Time',
    event: 'Event',
    detail: 'Detail',
    nothing: 'none',
  },

  /** Refusals of the server, by type. For other types the server's own text is shown. */
  problems: {
    'renames-used': ({ limit }) =>
      typeof limit === 'number'
        ? `A name can be changed ${times(limit)}, and yours already has been.`
        : 'Your renames are used up.',
    'name-taken': () => 'That name is taken here.',
    invalid: ({ field, limit, detail }) =>
      field === 'name'
        ? (nameRules[String(limit)] ??
          'A name has no spaces: up to 24 letters and digits, and after the first also _ . and -.')
        : typeof limit === 'number'
          ? `The server accepts at most ${characters(limit)}.`
          : detail,
    'unknown-member': () => 'That member has left.',
    'store-away': () => 'The server’s store is unavailable for the moment.',
    full: () => 'The server is full. Try again later.',
    line: () => 'The server could not be reached. Try again.',
  } as Partial<Record<string, (problem: Problem) => string>>,
}

/** Every language has every text: a missing key does not compile. */
export type Texts = typeof en
