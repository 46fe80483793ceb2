/** `npx tsx bench/report/write-schema.ts`: makes report.schema.json anew after a change to schema.ts. */
import { writeFile } from 'node:fs/promises'
import { jsonSchemaText } from './json-schema.ts'

await writeFile(new URL('report.schema.json', import.meta.url), jsonSchemaText())
