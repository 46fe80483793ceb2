import { peersReportSchema } from '../peers/report/schema.ts'
import { jsonSchemaText } from '../report/json-schema.ts'
import { reportSchema } from '../report/schema.ts'

/** The JSON Schema files of the two reports, and the text that each must have. */
export const SCHEMA_FILES = {
  report: {
    path: new URL('../report/report.schema.json', import.meta.url),
    text: jsonSchemaText(reportSchema, 'A report of transport-playground’s benchmark'),
  },
  peers: {
    path: new URL('../peers/report/peers.schema.json', import.meta.url),
    text: jsonSchemaText(peersReportSchema, 'A report of transport-playground beside its peers'),
  },
}
