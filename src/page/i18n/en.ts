import type { ComponentChildren } from 'preact'
import type { FrameKind } from '../../meter.ts'
import type { Problem, TransportName } from '../../protocol.ts'
import type { TransportMode } from '../../transports.ts'
import type { Reason } from '../wire/explain.ts'

/** A part of a sentence: a word, or a name that is shown as one. */
type Part = ComponentChildren

/** What a reason is told with; what it does not concern is empty. */
export interface WireFacts {
  parked: string
  seqs: string
  count: number
  again: string | null
  isOwn: boolean
  waited: string | null
  bytes: string
  kind: FrameKind
  status: number
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)
const characters = (count: number): string => `${count} character${count === 1 ? '' : 's'}`

type How = (tuning: { interval: string; hold: string }) => string

/** What a transport does, in a few words. A transport that is not here gets the words of its mode. */
const how: Partial<Record<TransportName, How>> = {
  'short-poll': ({ interval }) => `asks every ${interval}`,
  'long-poll': () => 'asks, and the server waits',
  websocket: () => 'one socket, both ways',
  sse: () => 'one answer, many events',
  'http-stream': () => 'one answer, many lines',
  'snapshot-poll': ({ interval }) => `everything every ${interval}`,
  'jsonp-poll': ({ interval }) => `a script every ${interval}`,
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
    noSuchRoom: (name: Part): Part[] => ['There can be no room called ', name, '.'],
    toLobby: 'Go to the lobby',
    rename: 'Your name; change it',
    newName: 'Your new name',
    language: 'Language',
    theme: { system: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' },
    views: { group: 'Views', chat: 'Chat', compare: 'Side by side' },
  },

  transport: {
    group: 'Transport',
    /** By name; a transport that is not here is called by its name. */
    labels: {} as Partial<Record<TransportName, string>>,
    how,
    howByMode,
    off: 'off: npm start -- --jsonp',
    offTitle:
      'Off as it comes: a page runs such a script whatever it does, and any page of any site may load it and read the public rooms.',
    perMessage: (figure: string) => `${figure}/msg`,
    notTried: 'not tried yet',
    noMessage: 'no message yet',
    lastCostTitle: 'as last seen here: bytes per message, median delivery latency',
  },

  statusLights: {
    carrier: 'Carrier',
    mode: 'Mode',
    modes: { interval: 'interval', held: 'held', streaming: 'streaming' },
    description: (carrier: string, mode: string) => `Carrier ${carrier}, mode ${mode}`,
  },

  tuning: {
    group: 'Knobs',
    interval: 'Poll interval',
    hold: 'Hold',
    intervalOff: 'Nothing is asked at intervals now: this is for what asks by the clock.',
    holdOff: 'Nothing is held now: this is for what is held back.',
    bot: 'Bot',
    botOff: 'off',
    botTitle: 'Somebody who talks in this room, at random moments, so many times a second. It stops after ten minutes.',
    intervalTitle: 'From the start of one question to the start of the next',
    holdTitle: 'For how long the server may hold a question back; its own limit wins',
  },

  panels: { group: 'Panes', chat: 'Chat', wire: 'Wire', meters: 'Meters', socket: 'Socket' },

  chat: {
    title: 'Chat',
    messages: 'History',
    connecting: 'connecting …',
    open: 'open',
    lost: 'line lost',
    ended: 'ended',
    cursor: 'cursor',
    cursorTitle: 'The position up to which this page has read the room’s log',
    empty: 'No message yet. Say something, or turn the bot on.',
    newMessages: (count: number) => `${count} new`,
    newMessagesTitle: 'To the newest message',
    connectionLost: 'Line lost.',
    retryIn: (seconds: string) => `Again in ${seconds}.`,
    tryingNow: 'Trying now …',
    nothingLost: 'Nothing you said is lost.',
    retry: 'Try now',
    endedAsked: 'The server ended your connection, as you asked.',
    endedByServer: 'The server ended your connection.',
    rejoin: 'Rejoin',
    latencyTitle: 'From the server’s stamp to this page',
    toOnly: (name: Part): Part[] => ['to ', name, ' only'],
    toYouOnly: 'to you only',
    sending: 'sending …',
    waiting: 'waiting for the line',
    stored: 'stored, on its way back',
  },

  notes: {
    youJoined: (room: Part, name: Part): Part[] => ['You joined ', room, ' as ', name, '.'],
    joined: (name: Part): Part[] => [name, ' joined.'],
    left: {
      asked: (name: Part): Part[] => [name, ' left.'],
      lease: (name: Part): Part[] => [name, ' was not heard from any more and is out.'],
      closed: (name: Part): Part[] => [name, ' asked the server to hang up, and it did.'],
    },
    renamed: (was: Part, name: Part): Part[] => [was, ' is now ', name, '.'],
    youRenamed: (name: Part): Part[] => ['You are now ', name, '.'],
    connected: (transport: Part): Part[] => ['Connected over ', transport, '.'],
    lost: 'Disconnected: the line is lost.',
    back: (after: string) => `Connected again after ${after}.`,
    rejoined: (name: Part): Part[] => ['The server did not know you any more. You are back as ', name, '.'],
    ended: { asked: 'Disconnected by the server, as you asked.', byServer: 'Disconnected by the server.' },
    reset: 'Some messages are older than the server keeps; the view starts anew.',
    unseen:
      'Your private message is stored. This transport brings public messages only, so it will not come back here.',
    sameCursor: (cursor: string) => `same cursor ${cursor}`,
    gapCheck: ({ missing, repeated }: { missing: number; repeated: number }) =>
      [
        'same cursor',
        missing === 0 ? '0 lost' : `${missing} not seen`,
        repeated === 0 ? '0 twice' : `${repeated} twice or out of order`,
      ].join(' · '),
    gapCheckReset: 'the server no longer had that cursor',
    gapCheckTitle: (received: number, missing: number) =>
      `${received} events since then. ` +
      (missing === 0
        ? 'Their numbers follow one another without a gap.'
        : 'Numbers that are missing here were private to others, or lost: a reader cannot tell which.'),
  },

  members: {
    title: 'Here',
    you: 'you',
    sendPrivately: (name: string) => `Speak to ${name} privately`,
    show: 'Who is here',
  },

  composer: {
    label: 'Message',
    placeholder: 'Say something to the room',
    send: 'Send',
    private: 'speaks privately',
    close: 'lets the server hang up',
    count: (length: string, limit: string) => `${length} of ${limit} characters`,
    spectator: 'a script carries no token: private messages do not come this way',
    notNow: 'The connection is ended: rejoin to send',
    joining: 'Not in the room yet',
    unknown: (name: Part): Part[] => ['Nobody here is called ', name, '. Nothing was sent.'],
    noText: (name: Part): Part[] => ['What do you want to say to ', name, '?'],
    tooLong: (length: string, limit: string) =>
      `Too long: ${length} characters, and ${limit} are allowed. Nothing was sent.`,
    refused: (why: string, text: Part): Part[] => ['Not sent: “', text, '”. ', why],
  },

  meters: {
    title: 'Meters',
    sinceJoined: (time: string) => `since you joined, ${time}`,
    sinceSwitch: (time: string) => `since the change, ${time}`,
    meterConnectionLost: 'Meter line lost. These numbers stand still until it is back; it comes back by itself.',
    nothing: 'nothing counted yet',
    requests: 'Requests',
    perSecond: '/s',
    measuring: 'measuring',
    total: (count: string) => `${count} in all`,
    frames: (count: string) => `${count} frames`,
    empty: 'Empty answers',
    none: 'none',
    emptyOf: (empty: string, polls: string) => `${empty} of ${polls} polls`,
    neverAsked: 'nothing is asked',
    connections: 'Connections',
    openNow: 'open',
    opened: (count: string) => `${count} opened since`,
    openedOfSix: (count: string) => `${count} opened · all tabs share six`,
    slotsTitle:
      'A browser opens six HTTP/1.1 connections to one port of a host, for all its tabs together; a WebSocket is not one of them. Shown are those of this member.',
    slotsFull:
      'This member alone has all six that the browser’s tabs share: while all are held, a seventh request will hang.',
    perMessage: 'Bytes per message',
    perMessageTitle: 'All bytes but a handshake’s, both ways, by the messages brought',
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
    payload: 'payload',
    handshake: (figure: string) => `${figure} of it for the handshake: paid once, not per message`,
    latency: 'Delivery latency',
    latencyTitle: (half: string) =>
      `From the server’s stamp on a message to this page’s code. The two clocks were compared over the meter line, to ± ${half}.`,
    latencyUnknown: 'From the server’s stamp on a message to this page’s code.',
    latencyOf: (messages: number, figure: string) => `of ${figure} message${messages === 1 ? '' : 's'}`,
    plot: (count: number, p50: string, p95: string) =>
      `Latency of each message of the last 60 seconds: ${count} messages; as it is set now p50 ${p50}, p95 ${p95}`,
    plotEmpty: 'Latency of each message of the last 60 seconds: none yet',
    ago: '−60 s',
    now: 'now',
    basis: 'Bytes are counted at the server’s sockets; the line that feeds these meters is not counted.',
  },

  links: {
    label: 'Link',
    /** By profile; one that is not here is called by its name. */
    profiles: {
      local: 'no delay',
      wifi: 'Wi-Fi',
      '4g': '4G',
      '3g': '3G',
      satellite: 'satellite',
      tunnel: 'tunnel, cut for 2 s of 15',
      buffering: 'buffering proxy',
      'idle-killer': 'drops what is idle for 10 s',
    } as Partial<Record<string, string>>,
    model: (figure: string) => `model ${figure}`,
    modelP50: 'Model, p50',
    noModel: 'No model: this link adds no delay that is always there',
    modelTitle: (rtt: string) =>
      `The median that theory gives for this link, of ${rtt} round trip, and these settings; computers taken as infinitely quick`,
    about:
      'TCP ports in front of the server that delay, throttle or cut. Loss is not emulated: above TCP it is a stall.',
  },

  compare: {
    title: 'Side by side',
    sendOnce: 'Say it once',
    sendOnceAbout: (columns: number) =>
      `${columns === 1 ? 'One member hears' : `${columns} members of this room hear`} it, each when its own line brings it.`,
    columns: 'Panes',
    settings: 'Settings',
    linkAll: 'Link for all',
    linkOf: (transport: string) => `Link of ${transport}`,
    mixed: 'various',
    noColumns: 'No pane is shown. Choose some above.',
    preparing: 'opening the panes …',
    logOf: (transport: string) => `What ${transport} brought`,
    empty: 'Nothing has come yet.',
    states: { connecting: 'connecting …', open: 'open', lost: 'line lost', refused: 'refused' },
    totals: (transport: string) => `What ${transport} has cost`,
    quantity: 'Quantity',
    value: 'Value',
    share: 'Beside the others',
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
    race: 'Arrival race',
    raceAbout: 'milliseconds from stored at the server to received here',
    raceSample: 'At most four messages a second enter; each is followed until every pane has it, for 15 s at the most.',
    latest: 'the latest',
    lastEight: 'The last eight',
    lastEightAbout: 'one row a message; ties stand side by side',
    noMessage: 'No message yet. Say something, or start the conversation.',
    first: 'first',
    message: 'Message',
    linkAlone: (figure: string) => `the link alone: ${figure}`,
    notYet: 'not yet',
    noTime: 'not timed',
    bot: {
      title: 'Conversation',
      rate: 'Messages per second',
      seed: 'Seed',
      run: (seconds: string) => `Run ${seconds}`,
      cancel: 'Cancel',
      progress: (said: string, of: string, left: string) => `${said} of ${of} said, ${left} left`,
      /** What the bot says. */
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
      'Each pane is a member of its own and reads over a port of its own. A browser opens six HTTP/1.1 connections to a port, shared by all its tabs: so no pane waits for another.',
    sharedPort: (used: string) =>
      `There are no link ports here: all panes, and all tabs, share the browser’s six HTTP/1.1 connections to this server. These panes hold ${used}.`,
    sharedFull:
      'They are used up: what one pane asks now waits for another, and the race is not fair. Show fewer panes, or close other tabs.',
  },

  wire: {
    title: 'Wire',
    legend: 'What the parts of an arrow mean',
    emptyKey: 'empty',
    pause: 'Pause',
    live: 'Live',
    pauseTitle: 'Hold the picture still',
    liveTitle: 'Follow what happens now',
    zoomIn: 'Look closer',
    zoomOut: 'Look at a longer time',
    span: (seconds: string) => `${seconds} from top to foot`,
    table: 'Table',
    exportAs: (format: string) => `Export as ${format}`,
    client: 'client',
    server: 'server',
    oneWay: (ms: string) => `≈ ${ms} each way`,
    tooMany: 'many at once: + looks closer',
    diagram: 'Sequence diagram of what goes over the wire. The list has the same, to step through by the arrow keys.',
    list: 'What went over the wire, oldest first',
    listHelp: 'Arrow keys step, Enter follows the message, Escape goes back to now, + and − zoom.',
    readout: 'What it was, and why',
    nothing: 'Nothing on the wire yet. A request, a frame or a message will show here.',
    parked: (seconds: string) => `parked ${seconds}`,
    parkedStill: (seconds: string) => `parking ${seconds}`,
    until: (seq: string) => `until ${seq}`,
    waited: (seconds: string) => `waits ${seconds}`,
    stored: (seq: string) => `${seq} stored`,
    again: 'again',
    up: 'up',
    down: 'down',
    empty: 'empty',
    connection: (count: number) => `connection ${count}`,
    underWay: (ms: string) => `${ms} on the way`,
    pageUnknown: 'this page did not see its own end of it',
    uncounted: 'not counted',
    notYet: 'not answered yet',
    cut: 'no answer',
    shown: (seq: string, ms: string) => `${seq} shown ${ms} after it was stored`,
    path: (seq: string) => `The way of ${seq}`,
    pathStored: (time: string) => `stored ${time}`,
    pathShown: (ms: string) => `shown here ${ms} later`,
    pathGone: 'What brought this message is not kept any more, or came before this page asked for records.',
    totals: 'Bytes since this page asked for records',
    dropped: (count: string) => `${count} records were left out: there were too many at once.`,
    follow: (name: string) => `Follow the message of ${name} on the wire`,
    logHelp: 'Enter goes to the newest message; from there arrow keys step and Enter follows one on the wire.',
    reasons: {
      held: ({ parked, seqs, count, again, isOwn }) =>
        `${count === 1 ? 'Two requests for one message' : `Two requests for ${count} messages`}: this one had to be ` +
        `at the server before ${seqs === '' ? 'there was anything to say' : seqs}, and waited there for ${parked}. A request has one answer and that is ` +
        `spent now, so the page ${again === null ? 'has to ask' : `asked`} again${again === null ? '' : ` ${again} later`}, for whatever comes next.` +
        (isOwn ? ' Your own POST, which said it, comes on top.' : ''),
      holding: ({ parked }) =>
        `Held: there is nothing to say yet, so the server keeps this request (${parked} so far) until there is. A message can only come as its answer.`,
      'hold-over': ({ parked }) =>
        `Nothing was said for as long as a request may be held (${parked}): answered with nothing, and the page asks again.`,
      'held-event': ({ parked }) =>
        `Held for ${parked}, until somebody came, left or changed their name. The answer is spent, so the page asks again.`,
      'at-once': ({ count }) =>
        count === 0
          ? 'There was something to tell already, so it was not held.'
          : 'The message was there before the question: no request was free to take it when it was stored. So nothing was held.',
      probe: () => 'The first question is not held: its answer shows that the line is good.',
      'in-vain': () =>
        'Nothing new: asked in vain. The page asks by the clock, since it cannot know when there is something.',
      fetched: ({ waited, count }) =>
        (count === 1 ? 'Brought a message' : `Brought ${count} messages`) +
        (waited === null ? '.' : `, which had been lying at the server for ${waited}: until the page happened to ask.`),
      post: ({ seqs }) =>
        seqs === ''
          ? 'Says a message. The answer will tell where it stands in the log.'
          : `Says a message; the answer tells that it is ${seqs} in the log. To be shown it still has to come down, as to everybody else.`,
      posted: () =>
        'Says a message. The answer only tells that it came in: where the message stands in the log comes by a poll.',
      acks: () => 'Tells where a message stands in the log, which the answer to its POST did not.',
      stream: () => 'Stays open: what comes next comes down this same answer, without another request.',
      socket: ({ bytes }) => `The handshake, ${bytes} in all, is paid once. From here on both sides just send frames.`,
      frame: ({ kind, count }) =>
        ({
          batch:
            count === 0
              ? 'What happened in the room, sent as soon as it did.'
              : 'Sent as soon as it was stored: nobody had to ask.',
          message: 'Says a message, without a request of its own.',
          ack: 'Tells the sender where the message stands in the log.',
          error: 'Says no, and why.',
          retry: 'Tells how soon to come back when the line breaks.',
          beat: 'Nothing happened for a while: this only shows that the line is alive.',
          ping: 'Are you still there?',
          pong: 'Yes, still here.',
          close: 'The line ends, in good order.',
          other: 'A frame of the transport’s own.',
          rest: 'Bytes beside the frames: of one that is not complete, or what the transport puts around them.',
        })[kind],
      cut: () => 'Ended by the page before there was an answer: another line took its place, or a knob was turned.',
      broken: () => 'There was no answer: the connection was cut before.',
      refused: ({ status }) => `The server said no: ${status}.`,
      pending: () => 'On its way, or being worked on.',
      other: () => 'Brings no message: counted with the transport that the page reads by.',
      uncounted: () =>
        'Only this page’s side is known. The server told nothing of it: it is on no account, or came before this page asked.',
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

  /** What the server says no with, by its type; for others its own words are shown. */
  problems: {
    'renames-used': ({ limit }) =>
      typeof limit === 'number'
        ? `A name can be changed ${times(limit)}, and yours has been.`
        : 'Your renames are used up.',
    'name-taken': () => 'That name is taken here.',
    invalid: ({ field, limit, detail }) =>
      field === 'name'
        ? 'A name is up to 24 letters and digits, then also _ . -, without spaces.'
        : typeof limit === 'number'
          ? `The server takes ${characters(limit)} at the most.`
          : detail,
    'unknown-member': () => 'That member has left.',
    'store-away': () => 'The server’s store is away for the moment.',
    full: () => 'The server is full. Try again later.',
    line: () => 'The server could not be reached. Try again.',
  } as Partial<Record<string, (problem: Problem) => string>>,
}

/** Every language says everything: a key that one of them lacks does not compile. */
export type Texts = typeof en
