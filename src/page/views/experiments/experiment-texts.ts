import { guideTexts } from '../../i18n/guide-texts.ts'
import type { ClaimVerdict } from '../../lessons/lesson.ts'
import type { Verdict, VerdictReason } from '../../lessons/verdict.ts'

interface ExperimentTexts {
  title: string
  intro: string
  /** "3 of 13 run" */
  done: (count: string, all: string) => string
  experiment: (number: string) => string
  all: string
  none: string
  source: string
  claimOf: string
  steps: { predict: string; run: string; compare: string }
  stepsLabel: string
  sketch: string
  /** The heading of the chart, from the titles of its axes. */
  against: (y: string, x: string) => string
  /** The same where x has names, not values. */
  byName: (y: string, x: string) => string
  said: (option: string) => string
  knot: (x: string) => string
  run: string
  again: string
  cancel: string
  redo: string
  needsPrediction: string
  needsLink: string
  starting: string
  running: (elapsed: string, all: string) => string
  takes: (all: string) => string
  progress: string
  share: string
  shared: string
  exportAs: (format: string) => string
  json: string
  settings: string
  seed: string
  newSeed: string
  you: string
  model: string
  modelNote: string
  measured: string
  interval: string
  verdict: string
  yours: string
  table: string
  verdicts: Record<Verdict, string>
  verdictNotes: Record<Verdict, string>
  claims: Record<ClaimVerdict, string>
  reasons: Record<VerdictReason, string>
  noise: string
  noiseFigures: (noise: { stall: string; push: string; twin: string; clock: string; late: string }) => string
  delivered: (delivery: { sent: string; lost: string; twice: string }) => string
  prediction: string
  right: string
  wrong: (answer: string) => string
  off: (distance: string) => string
  factor: (factor: string) => string
  why: string
  changes: string
  next: string
  failed: (why: string) => string
  noSuch: (id: string) => string
  ranAt: (time: string) => string
  limits: string
}

const en: ExperimentTexts = {
  title: 'Experiments',
  intro:
    'Each experiment asks for your prediction, then runs for real: messages of this browser over this server, at most a minute. The result is compared with your prediction, with a model, and with what tutorials say.',
  done: (count, all) => `${count} of ${all} run`,
  experiment: (number) => `Experiment ${number}`,
  all: 'All experiments',
  none: 'not run',
  source: 'Chinese tutorials on polling, long polling and WebSocket',
  claimOf: 'Claim',
  steps: { predict: 'Predict', run: 'Run', compare: 'Compare' },
  stepsLabel: 'Steps',
  against: (y, x) => `${y.charAt(0).toUpperCase()}${y.slice(1)} against ${x}`,
  byName: (y, x) => `${y.charAt(0).toUpperCase()}${y.slice(1)} by ${x}`,
  said: (option) => `You said: ${option}.`,
  sketch: 'Drag the points to what you expect, or select one and use the arrow keys.',
  knot: (x) => `Your prediction at ${x}`,
  run: 'Run',
  again: 'Run again',
  cancel: 'Cancel',
  redo: 'Predict again',
  needsPrediction: 'Predict first: then it can run.',
  needsLink: 'It cannot run here: it needs a link that this page does not reach.',
  starting: 'Members join …',
  running: (elapsed, all) => `${elapsed} of ${all}`,
  takes: (all) => `takes about ${all}`,
  progress: 'Progress of the run',
  share: 'Copy link',
  shared: 'Link copied',
  exportAs: (format) => `Export as ${format}`,
  json: 'A run of an experiment of transport-playground. Times are ms, shares 0 to 1, bytes both ways at the server’s sockets; intervals are at 95 %.',
  settings: 'Settings',
  seed: 'Seed',
  newSeed: 'Another seed',
  you: 'you',
  model: 'model',
  modelNote: 'Lines: the model. Short marks: the model for the messages of this run. Vertical lines: 95 % intervals.',
  measured: 'measured',
  interval: '95 % interval',
  verdict: 'verdict',
  yours: 'your prediction',
  table: 'Figures',
  verdicts: {
    agrees: 'Model agrees',
    'does not agree': 'Model does not agree',
    'too noisy to say': 'Too noisy to say',
  },
  verdictNotes: {
    agrees: 'Each measured interval lies within the tolerance of the model.',
    'does not agree': 'What was measured is not what the model says.',
    'too noisy to say': 'The run decides nothing.',
  },
  claims: {
    holds: 'Claim holds',
    'holds in part': 'Claim holds in part',
    'does not hold': 'Claim does not hold',
    open: 'Claim stays open',
  },
  reasons: {
    stalls: 'This page was kept waiting too much by other work of the machine.',
    push: 'Even a message over a WebSocket without a link was late: server or machine is busy.',
    twin: 'Two readers with the same settings measured different latencies.',
    clock: 'The clocks of page and server could not be compared exactly enough.',
    limited: 'The server limits the rate of messages, and postponed some.',
    hidden: 'The page was in the background, where a browser slows its timers. Run it in a visible tab.',
    compressed: 'The server compresses the frames of WebSockets (--deflate): the model is that of plain frames.',
    wide: 'An interval is too wide for the tolerance. A longer run narrows it.',
    none: 'Too few messages arrived for a figure.',
    apart: 'A measured interval lies outside the tolerance of the model.',
    lost: 'Messages were lost.',
    twice: 'Messages came twice.',
    order: 'Messages came out of order.',
  },
  noise: 'Noise of this run',
  noiseFigures: ({ stall, push, twin, clock, late }) =>
    `Stalls of this page ${stall} on average, a push without a link ${push}, difference of two equal readers ${twin}, clocks ± ${clock}, publisher late by ${late}.`,
  delivered: ({ sent, lost, twice }) => `${sent} deliveries expected, ${lost} lost, ${twice} twice.`,
  prediction: 'Your prediction',
  right: 'The data say the same.',
  wrong: (answer) => `The data say: ${answer}.`,
  off: (distance) => `off by ${distance} on average`,
  factor: (factor) => `off by a factor of ${factor} on average`,
  why: 'Why',
  changes: 'What would change it',
  next: 'Next',
  failed: (why) => `The run ended without a result: ${why}.`,
  noSuch: (id) => `There is no experiment “${id}”.`,
  ranAt: (time) => `run at ${time}`,
  limits: 'What cannot be shown here',
}

const zhCN: ExperimentTexts = {
  title: '实验',
  intro:
    '每个实验先请你预测，再真的运行：本浏览器的消息经过本服务器，最多一分钟。结果会与你的预测、与模型、与教程里的说法对照。',
  done: (count, all) => `已运行 ${count} / ${all}`,
  experiment: (number) => `实验 ${number}`,
  all: '全部实验',
  none: '未运行',
  source: '讲轮询、长轮询和 WebSocket 的中文教程',
  claimOf: '说法',
  steps: { predict: '预测', run: '运行', compare: '对照' },
  stepsLabel: '步骤',
  against: (y, x) => `${y}与${x}`,
  byName: (y, x) => `各${x}的${y}`,
  said: (option) => `你选的是：${option}。`,
  sketch: '把圆点拖到你预想的位置，或选中一个点后用方向键移动。',
  knot: (x) => `你在 ${x} 处的预测`,
  run: '运行',
  again: '再运行一次',
  cancel: '取消',
  redo: '重新预测',
  needsPrediction: '先预测，才能运行。',
  needsLink: '这里不能运行：它需要本页连不到的链路。',
  starting: '成员正在加入……',
  running: (elapsed, all) => `${elapsed} / ${all}`,
  takes: (all) => `约需 ${all}`,
  progress: '运行进度',
  share: '复制链接',
  shared: '已复制',
  exportAs: (format) => `导出为 ${format}`,
  json: 'transport-playground 的一次实验。时间单位为毫秒，比例为 0 到 1，字节为服务器套接字上的双向字节；区间为 95 %。',
  settings: '设置',
  seed: '种子',
  newSeed: '换一个种子',
  you: '你',
  model: '模型',
  modelNote: '线：模型。短横：按本次消息算出的模型值。竖线：95 % 区间。',
  measured: '实测',
  interval: '95 % 区间',
  verdict: '结论',
  yours: '你的预测',
  table: '数据',
  verdicts: { agrees: '与模型相符', 'does not agree': '与模型不符', 'too noisy to say': '干扰太大，不下结论' },
  verdictNotes: {
    agrees: '每个实测区间都落在模型的容差之内。',
    'does not agree': '测到的与模型说的不一样。',
    'too noisy to say': '这次运行说明不了什么。',
  },
  claims: {
    holds: '说法成立',
    'holds in part': '说法部分成立',
    'does not hold': '说法不成立',
    open: '说法待定',
  },
  reasons: {
    stalls: '机器上别的工作让本页等得太久。',
    push: '不经链路的 WebSocket 消息也晚了：服务器或机器很忙。',
    twin: '两个设置相同的读者测出了不同的延迟。',
    clock: '本页与服务器的时钟对得不够准。',
    limited: '服务器限制消息频率，推迟了一些消息。',
    hidden: '本页曾在后台，浏览器会放慢它的定时器。请在看得见的标签页里运行。',
    compressed: '服务器压缩 WebSocket 的帧（--deflate），而模型算的是不压缩的帧。',
    wide: '有的区间比容差还宽。运行久一点会变窄。',
    none: '到达的消息太少，算不出数字。',
    apart: '有的实测区间落在模型的容差之外。',
    lost: '有消息丢失。',
    twice: '有消息重复。',
    order: '有消息乱序。',
  },
  noise: '这次运行的干扰',
  noiseFigures: ({ stall, push, twin, clock, late }) =>
    `本页平均停顿 ${stall}，不经链路的推送 ${push}，两个相同读者之差 ${twin}，时钟 ± ${clock}，发送平均晚 ${late}。`,
  delivered: ({ sent, lost, twice }) => `应送达 ${sent} 次，丢失 ${lost}，重复 ${twice}。`,
  prediction: '你的预测',
  right: '数据也这么说。',
  wrong: (answer) => `数据说的是：${answer}。`,
  off: (distance) => `平均差 ${distance}`,
  factor: (factor) => `平均差 ${factor} 倍`,
  why: '为什么',
  changes: '什么会改变结果',
  next: '下一个',
  failed: (why) => `这次运行没有得出结果：${why}。`,
  noSuch: (id) => `没有名为“${id}”的实验。`,
  ranAt: (time) => `运行于 ${time}`,
  limits: '这里看不到什么',
}

export const experimentTexts = guideTexts(en, zhCN)
