/** `npx tsx bench/peers/report/write-schema.ts`: updates peers.schema.json after a change to schema.ts. */
import { writeFile } from 'node:fs/promises'
import { peersSchemaText } from './json-schema.ts'

await writeFile(new URL('peers.schema.json', import.meta.url), peersSchemaText())
