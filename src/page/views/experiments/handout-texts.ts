import { guideTexts } from '../../i18n/guide-texts.ts'

interface HandoutTexts {
  title: string
  titleWithAnswers: string
  intro: string
  introWithAnswers: string
  name: string
  date: string
  experiment: (number: string) => string
  claim: string
  prediction: string
  /** The heading above a prediction. */
  asked: (head: string, question: string) => string
  mine: string
  at: string
  measured: string
  model: string
  result: string
  claimAfter: string
  holds: string
  holdsInPart: string
  fails: string
  answer: string
  noAnswer: string
  why: string
  settings: string
  blank: string
  answers: string
  print: string
  choose: string
  chart: (question: string) => string
  options: string
}

const en: HandoutTexts = {
  title: 'Experiments on polling and WebSocket: handout',
  titleWithAnswers: 'Experiments on polling and WebSocket: answers',
  intro:
    'Write down what you expect before the experiment runs. Then write down what was measured, and what the claim is worth.',
  introWithAnswers:
    'What the models say for the settings by default. A run measures them, and a machine that is busy measures something else.',
  name: 'Name',
  date: 'Date',
  experiment: (number) => `Experiment ${number}`,
  claim: 'Claim',
  prediction: 'Prediction',
  asked: (head, question) => `${head}: ${question}`,
  mine: 'Mine',
  at: 'At',
  measured: 'Measured',
  model: 'Model',
  result: 'What was measured',
  claimAfter: 'The claim',
  holds: 'holds',
  holdsInPart: 'holds in part',
  fails: 'does not hold',
  answer: 'Answer',
  noAnswer: 'No model says this before a run: see the experiment.',
  why: 'Why',
  settings: 'Settings',
  blank: 'Handout',
  answers: 'Answers',
  print: 'Print',
  choose: 'Which print',
  chart: (question) => `Empty chart: ${question}`,
  options: 'Tick one',
}

const zhCN: HandoutTexts = {
  title: '轮询与 WebSocket 实验：讲义',
  titleWithAnswers: '轮询与 WebSocket 实验：答案',
  intro: '实验运行之前，先写下你的预测；运行之后，写下测到的结果，并判断这个说法。',
  introWithAnswers: '按默认设置由模型算出。运行会实测这些值；机器繁忙时，测到的会不同。',
  name: '姓名',
  date: '日期',
  experiment: (number) => `实验 ${number}`,
  claim: '说法',
  prediction: '预测',
  asked: (head, question) => `${head}：${question}`,
  mine: '我的预测',
  at: '位置',
  measured: '实测',
  model: '模型',
  result: '测到的结果',
  claimAfter: '这个说法',
  holds: '成立',
  holdsInPart: '部分成立',
  fails: '不成立',
  answer: '答案',
  noAnswer: '运行之前没有模型能给出：见实验。',
  why: '原因',
  settings: '设置',
  blank: '讲义',
  answers: '答案',
  print: '打印',
  choose: '打印哪一份',
  chart: (question) => `空白图：${question}`,
  options: '选一项',
}

export const handoutTexts = guideTexts(en, zhCN)
