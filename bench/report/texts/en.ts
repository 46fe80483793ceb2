/** Everything that the page says on its own. What a report brings (names of self-checks, reasons) is in the report's words. */
export const en = {
  title: 'What each transport costs, and how late it is',
  lead: (day: string, minutes: string, cells: number) =>
    `A run of transport-playground’s benchmark on ${day}: ${cells} cells in ${minutes}. Measured, beside what the models predict and what others have published.`,
  minutes: (minutes: string) => `${minutes} min`,
  seconds: (seconds: string) => `${seconds} s`,
  controls: { language: 'Language', theme: 'Theme', themes: { system: 'System', light: 'Light', dark: 'Dark' } },
  comma: ', ',
  measured: 'measured',
  notValid: 'not valid, see the list',
  noFigure: (scenario: string) => `Nothing to show: no cell of “${scenario}” in this report has these figures.`,
  numbers: 'The same in numbers',
  see: 'What you see.',
  means: 'What it means.',
  figure: (number: number) => `Figure ${number}`,
  contents: 'Contents',
  foot: 'report.csv and report.json, in the same folder, hold every figure of every cell.',

  sections: {
    conclusions: 'In short',
    selfChecks: 'Does the suite tell the truth?',
    figures: 'Figures',
    published: 'Beside what others published',
    environment: 'Where it ran',
    parameters: 'Parameters',
    invalid: 'Cells that are not valid',
    missing: 'What is missing',
  },
  selfChecksLead: 'Before it measures what is unknown, it measures what is known.',
  holds: 'holds',
  fails: 'does not hold',
  allHold: (count: number) => (count === 1 ? 'The one check holds.' : `All ${count} checks hold.`),
  someFail: (failed: number, count: number) =>
    `${failed} of ${count} checks do not hold: read the figures with that in mind.`,
  noChecks: 'No self-check was run.',
  noConclusions: 'Too little was measured for a conclusion.',
  noneMissing: 'Nothing: all that was asked for is here.',
  noneInvalid: 'None: every cell is valid.',
  invalidLead: (invalid: number, cells: number) =>
    `${invalid} of ${cells}. They are shown like the others, marked with an open diamond (◇), and never dropped.`,
  noPublished: 'Nothing in this report can be put beside a published figure.',
  publishedLead:
    'Other machines, other software, other years: what can be compared is how figures relate, not how large they are.',
  attempts: (count: number) => (count === 1 ? '1 attempt' : `${count} attempts`),
  agreement: { yes: 'agrees', no: 'differs', unknown: 'not comparable' },

  environment: {
    node: 'Node.js',
    platform: 'Platform',
    cpu: 'Processor',
    cores: 'Cores',
    memory: 'Memory',
    commit: 'Commit',
    network: 'Network',
    loadAverage: 'Load average before',
    started: 'Started',
    duration: 'Took',
    command: 'Command',
    networks: {
      namespace: 'a namespace of its own: wire bytes and segments are this run’s alone',
      host: 'the host’s: wire bytes and segments could not be counted',
    },
  },
  loopback:
    'Round trips come from the project’s own link emulator, which delays bytes and loses none: TCP’s loss and recovery are not in these figures.',
  parameters: {
    clients: 'Subscribers of an overhead cell',
    rate: 'Messages per second',
    interval: 'Interval of short polls',
    hold: 'Long polls are held for',
    payload: 'Text in a message',
    headers: 'Request headers',
    arrivals: 'Arrivals of messages',
    seed: 'Seed',
    rtt: 'Round trip of the emulated link',
    profile: 'Profile',
  },
  values: {
    headers: { minimal: 'minimal', browser: 'a browser’s' },
    arrivals: { poisson: 'Poisson', periodic: 'periodic' },
    profile: { quick: 'quick', default: 'default', full: 'full' },
  },

  scenarios: {
    latency: 'paired latency',
    overhead: 'isolated overhead',
    rates: 'cost against the rate of messages',
    rtt: 'round trip',
    http: 'HTTP requests',
    sweep: 'load sweep',
    memory: 'memory',
    http2: 'HTTP/1.1 against HTTP/2',
    deflate: 'compressed frames',
  },
  subjects: {
    'short-poll': 'short-poll',
    'long-poll': 'long-poll',
    websocket: 'websocket',
    sse: 'sse',
    'http-stream': 'http-stream',
    'websocket-again': 'websocket again',
    'empty-poll': 'empty poll',
    'poll-10': 'poll of 10 messages',
    'ready-long-poll': 'ready long-poll',
    post: 'post a message',
    'bare-ws': 'bare ws',
    'bare-http': 'bare http',
  },
  variants: {
    browser: 'browser’s headers',
    minimal: 'minimal headers',
    project: 'the project’s client',
    lean: 'lean client',
    http1: 'HTTP/1.1',
    http2: 'HTTP/2',
    plain: 'as it is',
    deflate: 'compressed',
  },
  textures: { headers: 'headers', framing: 'framing', payload: 'payload', tcpIp: 'TCP/IP' },
  metrics: {
    p50: 'p50',
    p90: 'p90',
    p95: 'p95',
    p99: 'p99',
    p999: 'p99.9',
    max: 'largest',
    mean: 'mean',
    requestsPerMessage: 'requests per message',
    bytesPerMessage: 'bytes per message',
    wireBytesPerMessage: 'with TCP/IP',
    cpuPerDelivery: 'CPU per delivery',
    cpuPerRequest: 'CPU per request',
    bytesPerRequest: 'bytes per request',
    headersPerRequest: 'of these headers',
    requestsPerS: 'requests per second',
    requestP50: 'answer p50',
    requestP99: 'answer p99',
    memoryPerClient: 'memory per client',
  },
  axes: {
    percentile: 'percentile of deliveries',
    latency: 'ms, intended to received',
    arrivedAfter: 'ms after it was meant to be sent',
    arrived: 'share that has arrived',
    rate: 'messages per second, log scale',
    clients: 'subscribers, log scale',
    requests: 'requests per message',
    bytes: 'bytes per message',
    bytesPerRequest: 'bytes of one request and its answer',
    cpu: 'µs of server CPU per delivery',
    memory: 'kB per client',
    requestsPerS: 'requests per second',
    cpuPerRequest: 'µs of server CPU per request',
    difference: 'ms, difference of medians',
  },
  table: {
    what: 'What',
    rate: 'messages/s',
    clients: 'subscribers',
    model: 'model',
    to: ' to ',
    total: 'total',
    notMeasured: 'not measured',
    pair: 'Pair',
    medianDifference: 'median difference',
    cliffsDelta: 'Cliff’s δ',
    replicates: 'publishes',
    verdict: 'verdict',
    idle: 'server without clients, MB',
    loaded: 'with them, MB',
    check: 'Check',
    expected: 'Expected',
    source: 'Source',
    theirs: 'They say',
    ours: 'Here',
    cell: 'Cell',
    why: 'Why',
    tries: 'Tries',
  },
  arrivedBy: (percent: number) => `${percent} % after, ms`,
  roundTripOf: (ms: number) => `RTT ${ms} ms`,
  atRate: (rate: string) => `at ${rate}/s`,
  eachReaches: (clients: number) =>
    `Each message goes to ${clients} subscribers: deliveries per second are ${clients} times the axis.`,
  withoutWire:
    'TCP/IP could not be counted in every cell; where it is missing the bar ends with the application’s bytes.',
  largeDifferences: 'Large differences',
  smallDifferences: 'Small differences, on an axis of their own',
  verdicts: {
    none: 'no difference shown',
    faster: (name: string) => `${name} is faster`,
    lower: (name: string) => `${name} is lower`,
  },
  crossover: {
    names: {
      requests: 'long-poll sends more requests than short-poll →',
      bytes: 'short-poll costs fewer bytes than websocket →',
      cpu: 'short-poll costs less CPU than websocket →',
    },
    predictedAt: (rate: string) => `predicted from ${rate}/s`,
    measuredAt: (rate: string) => `measured from ${rate}/s`,
    notPredicted: 'no rate predicted',
    notWithin: 'not found within the rates that were measured',
    sentence: (name: string, predicted: string, measured: string) =>
      `${name.replace(' →', '')}: ${predicted}, ${measured}.`,
  },

  figures: {
    percentiles: {
      title: 'How late messages are, up to the slowest in a thousand',
      see: 'One curve for each transport, all of them in one room at once. Each step to the right leaves a tenth of the deliveries: half are no later than the curve at 50 %, all but one in a thousand no later than at 99.9 %.',
      means:
        'A flat curve is a steady transport. A poll is as late as its turn: up to one interval; what is pushed is late only when something holds it up.',
    },
    paired: {
      title: 'Which transport is faster, publish by publish',
      see: 'Each row subtracts one transport’s latency from another’s for the same messages; the dot is the median difference, the line its 95 % interval. A disc: a difference was shown; an open diamond: none was.',
      means:
        'Both got the same message from the same machine in the same moment, so noise cancels. Where the line touches 0 no winner can be named, however far the dot is from it.',
    },
    ecdf: {
      title: 'Whether latencies are spread as the model says',
      see: 'The share of messages that has arrived after so many milliseconds; dotted, the model’s curve, computed without a look at the measurement. The slowest hundredth is cut off.',
      means:
        'A straight rise is a wait that is even over the poll’s interval. A steep one is a message that finds its request already waiting; its shoulder is messages that fell into the gap between two requests.',
    },
    roundTrip: {
      title: 'How late messages are behind a real distance',
      see: 'The same percentiles through an emulated link; the publisher stands beside the server, so one transit is half the round trip.',
      means:
        'A push needs one transit. A long-poll needs one as well when its request waits, and up to three when the message just misses it.',
    },
    stack: {
      title: 'What the bytes of one message are',
      see: 'A bar for each transport, from 0: request and response headers, framing, the message’s own text, and what TCP/IP adds on the wire. Handshakes, paid once per connection, are left out.',
      means:
        'The payload is the same everywhere; what differs is what is wrapped around it. A polled message carries its share of every poll, those that came back empty too.',
    },
    requests: {
      title: 'How many requests a message takes as there are more of them',
      see: 'Requests per message for each transport against the rate of messages; dotted, the model. Lines across the points are 95 % intervals.',
      means:
        'A poll asks as often whether there is much or nothing, so its requests are shared by more messages. A long-poll asks about once per message, until messages come faster than it can ask again.',
    },
    bytes: {
      title: 'How many bytes a message takes as there are more of them',
      see: 'What the application sends and receives for one message at one subscriber, headers and framing included, handshakes and TCP/IP left out.',
      means:
        'A poll’s headers are shared by all messages that it brings, a frame’s are paid for each: the busier the room, the less batching costs beside pushing.',
    },
    wireBytes: {
      title: 'How many bytes a message takes on the wire',
      see: 'The same with TCP/IP’s own headers and acknowledgements, as the kernel counted them.',
      means:
        'Each small segment and each acknowledgement weighs 52 bytes: a pushed message of 100 bytes is no longer almost nothing, and a batch saves segments as well as headers.',
    },
    cpu: {
      title: 'What a delivery costs the server as there are more of them',
      see: 'User and system time of the server’s process divided by deliveries, at each rate.',
      means:
        'What runs anyway (polls that come back empty, timers) is shared by more deliveries as there are more of them. So a figure for CPU means nothing without the load at which it was taken.',
    },
    http: {
      title: 'What one HTTP request costs',
      see: 'autocannon in a closed loop: each of its connections asks again as soon as it is answered.',
      means:
        'This is how many requests the server can answer and what one costs it, not how late a message is: in a closed loop nobody waits while the server is slow.',
    },
    load: {
      title: 'How latency grows with the load',
      see: 'Median (thick) and 95th percentile (thin) of latency against the load, each transport alone with the server.',
      means:
        'Where a curve turns upwards messages begin to wait for one another. A poll batches what has come meanwhile and so stays at its own, slower pace for longer.',
    },
    http2: {
      title: 'What an empty poll weighs on HTTP/1.1 and on HTTP/2',
      see: 'One request and its empty answer, both ways, both versions over TLS: headers, and the frames that are no headers. The connections are warm: both sides know the headers already.',
      means:
        'HTTP/1.1 says every header each time in full. HTTP/2 says a header that it has said before in a byte or two (HPACK), so the more headers there are the more it saves; what stays is the address with its cursor, and nine bytes before each frame.',
    },
    deflate: {
      title: 'What compressed WebSocket frames save and cost',
      see: 'The same subscribers at a server that leaves frames as they are and at one that compresses them (permessage-deflate), each against those before it on the same socket. Texts are words drawn by chance.',
      means:
        'What repeats from message to message shrinks most: JSON, above all. In compressed frames it cannot be told from text, so the bar divides them as they were before. In exchange every frame is compressed anew for each reader, and each socket keeps what it has said before.',
    },
    memory: {
      title: 'What a waiting client costs the server in memory',
      see: 'The server’s resident memory with idle clients less that without, divided by their number.',
      means:
        'A held request or an open socket costs memory while nothing happens; a short poll is held by nobody between two of its requests, except for its connection.',
    },
  },
}

export type Texts = typeof en
