import { guideTexts } from '../../i18n/guide-texts.ts'
import type { ClaimVerdict } from '../../lessons/lesson.ts'

interface ClaimsTexts {
  title: string
  intro: string
  /** How many claims this browser has tested. */
  tested: (count: string, all: string) => string
  verdicts: Record<ClaimVerdict, string>
  notTried: string
  measured: string
  measuredAt: (time: string) => string
  experiment: (number: string) => string
  comment: string
  handout: string
  source: string
  /** Links from an experiment to what stands beside it. */
  beside: string
  number: (number: string, all: string) => string
  board: string
  boardAbout: string
}

const en: ClaimsTexts = {
  title: 'Eight claims about polling and WebSocket',
  intro:
    'Chinese tutorials on polling, long polling and WebSocket say these eight things, here in our own words. Each has an experiment that tests it. A verdict is computed from the newest run of the experiment in this browser, and is right for that run only.',
  tested: (count, all) => `${count} of ${all} tested in this browser`,
  verdicts: {
    holds: 'Holds',
    'holds in part': 'Holds in part',
    'does not hold': 'Does not hold',
    open: 'The run did not decide',
  },
  notTried: 'Not tried here yet',
  measured: 'Measured',
  measuredAt: (time) => `Measured ${time}`,
  experiment: (number) => `Experiment ${number}`,
  comment: 'In theory',
  handout: 'Handout to print',
  source: 'Claims: Chinese tutorials on polling, long polling and WebSocket, in our words.',
  beside: 'Claims and class board',
  number: (number, all) => `Claim ${number} of ${all}`,
  board: 'Class board',
  boardAbout: 'Predictions of a whole class, live',
}

const zhCN: ClaimsTexts = {
  title: '关于轮询和 WebSocket 的八种说法',
  intro:
    '这八种说法来自讲轮询、长轮询和 WebSocket 的中文教程，这里用自己的话转述。每种都有一个实验来检验。结论由本浏览器最近一次运行算出，只对那次运行有效。',
  tested: (count, all) => `本浏览器已检验 ${count} / ${all}`,
  verdicts: { holds: '成立', 'holds in part': '部分成立', 'does not hold': '不成立', open: '那次运行没有定论' },
  notTried: '这里还没试过',
  measured: '实测',
  measuredAt: (time) => `实测于 ${time}`,
  experiment: (number) => `实验 ${number}`,
  comment: '从道理上讲',
  handout: '可打印的讲义',
  source: '说法出自讲轮询、长轮询和 WebSocket 的中文教程，由我们转述。',
  beside: '说法与班级看板',
  number: (number, all) => `说法 ${number} / ${all}`,
  board: '班级看板',
  boardAbout: '全班的预测，实时显示',
}

export const claimsTexts = guideTexts(en, zhCN)
