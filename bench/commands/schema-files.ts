import { peersReportSchema } from '../peers/report/schema.ts'
import { coefficientsSchema } from '../report/coefficients-schema.ts'
import { jsonSchemaText } from '../report/json-schema.ts'
import { reportSchema } from '../report/schema.ts'

/** The JSON Schema files of the reports and of the coefficients, and the text that each must have. */
export const SCHEMA_FILES = {
  report: {
    path: new URL('../report/report.schema.json', import.meta.url),
    text: jsonSchemaText(reportSchema, 'A report of transport-playground’s benchmark'),
  },
  coefficients: {
    path: new URL('../report/coefficients.schema.json', import.meta.url),
    text: jsonSchemaText(coefficientsSchema, 'What the clients of a server cost, for predictions'),
  },
  peers: {
    path: new URL('../peers/report/peers.schema.json', import.meta.url),
    text: jsonSchemaText(peersReportSchema, 'A report of transport-playground beside its peers'),
  },
}
