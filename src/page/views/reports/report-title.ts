import { SHIPPED } from '../../reports/report-source.ts'
import type { ReportWords } from '../../reports/report-words.ts'

export const reportTitle = (id: string, { shipped, nameOf }: ReportWords): string =>
  id === SHIPPED ? shipped : nameOf(id)
