import { CLOSE, schemas, SUBPROTOCOL } from '../../protocol.ts'

/** A schema as plain JSON. */
interface Schema {
  type?: string
  const?: string
  enum?: unknown[]
  pattern?: string
  description?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
}

const plain = (schema: object): Schema => JSON.parse(JSON.stringify(schema)) as Schema

const FRAMES = {
  up: [plain(schemas.frameUp)],
  down: plain(schemas.frameDown).anyOf ?? [],
}

const typeOf = ({ properties }: Schema): string => properties?.['type']?.const ?? ''

const CLOSES: readonly (readonly [number, string])[] = [
  [1000, 'done'],
  [1001, 'the server is closing: connect again'],
  [1003, 'text frames only'],
  [1007, 'not UTF-8'],
  [1009, 'too large'],
  [CLOSE.badToken, 'unknown token: do not connect again with it'],
  [CLOSE.leaseExpired, 'the lease of the member expired: join again'],
  [CLOSE.memberEnded, 'the member has left: join again'],
]

/** The frames of the WebSocket transport as AsyncAPI 3, from the schemas that they are validated with. */
export function framesDocument(): object {
  const messages = (frames: readonly Schema[]) =>
    Object.fromEntries(frames.map((frame) => [typeOf(frame), { name: typeOf(frame), payload: frame }]))
  const references = (frames: readonly Schema[]) =>
    frames.map((frame) => ({ $ref: `#/channels/room/messages/${typeOf(frame)}` }))
  const channel = { $ref: '#/channels/room' }
  return {
    asyncapi: '3.0.0',
    info: { title: 'transport-playground', version: '0.1.0' },
    defaultContentType: 'application/json',
    channels: {
      room: {
        address: '/rooms/{room}/websocket',
        description: `subprotocol ${SUBPROTOCOL}, and bearer.<token> beside it to post; ?after=<cursor> continues from there`,
        parameters: { room: { description: plain(schemas.room).properties?.['room']?.description } },
        messages: { ...messages(FRAMES.up), ...messages(FRAMES.down) },
      },
    },
    operations: {
      up: { action: 'receive', channel, messages: references(FRAMES.up) },
      down: { action: 'send', channel, messages: references(FRAMES.down) },
    },
  }
}

/** The same as an HTML page. */
export function framesPage(): string {
  const section = (title: string, frames: readonly Schema[]) =>
    `<h2>${title}</h2>${frames.map((frame) => `<h3><code>${escape(typeOf(frame))}</code></h3>${table(frame)}`).join('')}`
  const closes = CLOSES.map(([code, text]) => `<tr><td><code>${code}</code><td>${escape(text)}`).join('')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Frames of the WebSocket</title><style>${STYLE}</style><main>
<h1>Frames of <code>/rooms/:room/websocket</code></h1>
<p>Text frames, one JSON object each. Offer the subprotocol <code>${SUBPROTOCOL}</code>, and <code>bearer.&lt;token&gt;</code>
beside it to post; <code>?after=&lt;cursor&gt;</code> continues from there. The same as
<a href="asyncapi.json">AsyncAPI</a>; HTTP is at <a href="./">/docs</a>.</p>
${section('Up, from a client', FRAMES.up)}${section('Down, to it', FRAMES.down)}
<h2>Close codes</h2><table>${closes}</table></main></html>`
}

function table(schema: Schema): string {
  return `<table>${rows(schema, '', true).join('')}</table>`
}

/** One row for each field, followed by rows for the fields in it, with the path of each. */
function rows(schema: Schema, path: string, isRequired: boolean): string[] {
  const own =
    path === ''
      ? []
      : [
          `<tr><td><code>${escape(path)}</code><td>${escape(kindOf(schema))}${isRequired ? '' : ', optional'}<td>${about(schema)}`,
        ]
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    rows(field, path === '' ? name : `${path}.${name}`, schema.required?.includes(name) ?? false),
  )
  const items = schema.items ? rows(schema.items, `${path}[]`, true) : []
  // Alternatives: each with its type, if it has one.
  const variants = (schema.anyOf ?? []).flatMap((one) => rows(one, `${path} ${typeOf(one)}`.trim(), true))
  return [...own, ...fields, ...items, ...variants]
}

const kindOf = ({ type, const: only, enum: some, anyOf }: Schema): string => {
  if (only !== undefined) return JSON.stringify(only)
  if (some) return some.map((value) => JSON.stringify(value)).join(' or ')
  return anyOf ? 'one of the following' : (type ?? '')
}

function about({ description, minLength, maxLength, minimum, pattern }: Schema): string {
  const length = maxLength === undefined ? [] : [`${minLength ?? 0} to ${maxLength} characters`]
  const least = minimum === undefined ? [] : [`from ${minimum}`]
  const form = description ?? (pattern === undefined ? undefined : `of the form ${pattern}`)
  return escape([...(form === undefined ? [] : [form]), ...length, ...least].join('; '))
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0}
main{max-width:56rem;margin:0 auto;padding:1rem}table{border-collapse:collapse;width:100%;font-size:.875rem}
td{border-top:1px solid color-mix(in srgb,currentcolor 20%,transparent);padding:.35rem .75rem .35rem 0;vertical-align:top;
overflow-wrap:anywhere}code{font-family:ui-monospace,monospace}`
