import { guideTexts } from '../../i18n/guide-texts.ts'
import type { Verdict } from '../../lessons/verdict.ts'

interface BoardTexts {
  title: string
  back: string
  room: string
  connection: { open: string; connecting: string; waiting: string; ended: string }
  transport: string
  name: string
  rename: string
  yours: string
  sketch: string
  send: string
  change: string
  sent: string
  everybody: string
  /** How many predictions there are. */
  count: (count: number) => string
  hidden: string
  show: string
  none: string
  member: string
  prediction: string
  distance: string
  exact: string
  nearest: string
  result: string
  noResult: string
  by: (name: string) => string
  run: string
  cancel: string
  running: (share: string) => string
  failed: (why: string) => string
  noFigures: string
  join: string
  scan: string
  copy: string
  copied: string
  loopback: string
  host: string
  hostHint: string
  badHost: string
  qr: (address: string) => string
  chat: string
  factor: (factor: string) => string
  /** What a verdict means for the class. */
  notes: Record<Verdict, string>
  noLesson: string
  cannotRun: string
}

const en: BoardTexts = {
  title: 'Class board',
  back: 'The experiment',
  room: 'Room',
  connection: {
    open: 'connected',
    connecting: 'connecting …',
    waiting: 'connection lost',
    ended: 'the membership has ended',
  },
  transport: 'Read by',
  name: 'You are',
  rename: 'Change your name',
  yours: 'Your prediction',
  sketch: 'Drag the points to what you expect, or select one and use the arrow keys.',
  send: 'Send prediction',
  change: 'Send again',
  sent: 'Sent. You can change it until the experiment has run.',
  everybody: 'All predictions',
  count: (count) => (count === 1 ? '1 prediction' : `${count} predictions`),
  hidden: 'The predictions of others are shown once you have sent yours.',
  show: 'Show them now',
  none: 'No prediction yet. They appear here as they come.',
  member: 'Member',
  prediction: 'Prediction',
  distance: 'Off by, mean',
  exact: 'right',
  nearest: 'nearest',
  result: 'Measured',
  noResult: 'Not measured yet.',
  by: (name) => `Run by ${name}`,
  run: 'Run the experiment',
  cancel: 'Cancel',
  running: (share) => `Running: ${share}`,
  failed: (why) => `The run ended without a result: ${why}.`,
  noFigures: 'The run has no figures to show.',
  join: 'Join',
  scan: 'Scan, or open the address:',
  copy: 'Copy the address',
  copied: 'Copied',
  loopback:
    'This page was opened at an address of this machine only, so other devices cannot open it. Start the server with --host 0.0.0.0, and write here the address of this machine in your network.',
  host: 'Address of this machine',
  hostHint: 'such as 192.168.1.20',
  badHost: 'This is no address of a host.',
  qr: (address) => `QR code of ${address}`,
  chat: 'Chat of this room',
  factor: (factor) => `× ${factor}`,
  notes: {
    agrees: 'What was measured is what the model says.',
    'does not agree': 'What was measured is not what the model says.',
    'too noisy to say': 'The figures are too uncertain to be compared with the model: run the experiment again.',
  },
  noLesson: 'There is no such experiment.',
  cannotRun: 'This page reaches no link that the experiment needs. A page on the machine of the server can run it.',
}

const zhCN: BoardTexts = {
  title: '班级看板',
  back: '回到实验',
  room: '房间',
  connection: { open: '已连接', connecting: '正在连接……', waiting: '连接断开', ended: '成员资格已结束' },
  transport: '读取方式',
  name: '你是',
  rename: '改名',
  yours: '你的预测',
  sketch: '把圆点拖到你预想的位置，或选中一个点后用方向键移动。',
  send: '提交预测',
  change: '重新提交',
  sent: '已提交。实验运行之前可以再改。',
  everybody: '全班的预测',
  count: (count) => `${count} 份预测`,
  hidden: '提交你的预测之后，才显示别人的预测。',
  show: '现在就显示',
  none: '还没有预测，提交后会陆续出现在这里。',
  member: '成员',
  prediction: '预测',
  distance: '平均相差',
  exact: '正确',
  nearest: '最接近',
  result: '实测',
  noResult: '还没有实测。',
  by: (name) => `由 ${name} 运行`,
  run: '运行实验',
  cancel: '取消',
  running: (share) => `正在运行：${share}`,
  failed: (why) => `这次运行没有得出结果：${why}。`,
  noFigures: '这次运行没有可显示的数字。',
  join: '加入',
  scan: '扫码，或打开这个地址：',
  copy: '复制地址',
  copied: '已复制',
  loopback:
    '此页面是用只有本机能用的地址打开的，其他设备打不开。请用 --host 0.0.0.0 启动服务器，并在这里填写本机在网络中的地址。',
  host: '本机地址',
  hostHint: '例如 192.168.1.20',
  badHost: '这不是主机地址。',
  qr: (address) => `${address} 的二维码`,
  chat: '这个房间的聊天',
  factor: (factor) => `${factor} 倍`,
  notes: {
    agrees: '实测与模型一致。',
    'does not agree': '实测与模型不一致。',
    'too noisy to say': '测到的数字不够确定，不能与模型比较：请再运行一次。',
  },
  noLesson: '没有这个实验。',
  cannotRun: '此页面连不上实验所需的链路。请在服务器所在的机器上打开页面来运行。',
}

export const boardTexts = guideTexts(en, zhCN)
