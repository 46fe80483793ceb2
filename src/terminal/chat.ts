#!/usr/bin/env node
import { createInterface } from 'node:readline'
import { Command, InvalidArgumentError, Option } from 'commander'
import { readAddress } from '../client/roster.ts'
import { readServerAddress } from '../client/server-address.ts'
import { commandForm } from '../protocol.ts'
import {
  join,
  TRANSPORTS,
  type Member,
  type Problem,
  type RoomItem,
  type SessionState,
  type TransportName,
} from '../node/index.ts'

interface Options {
  url: string
  room?: string
  transport: TransportName
  name?: string
}

const options = new Command('chat')
  .description('Chats in a terminal, over the same client code as the page.')
  .addOption(
    new Option('--url <url>', 'URL of the server').default('http://localhost:3000').argParser((value) => {
      try {
        readServerAddress(value)
        return value
      } catch (error) {
        throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
      }
    }),
  )
  .addOption(new Option('--room <name>', 'room to join; default: the room that --url names, else lobby'))
  .addOption(new Option('--transport <name>', 'transport to use').choices(TRANSPORTS).default('websocket'))
  .addOption(new Option('--name <name>', 'your name; by default the server invents one'))
  .addHelpText(
    'after',
    `\nWhile it runs: @name text (privately), /use <transport>, /who, /close (the server disconnects you), /quit`,
  )
  .parse()
  .opts<Options>()

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const roomName = options.room ?? readServerAddress(options.url).room ?? 'lobby'
const room = await join(options.url, {
  ...options,
  room: roomName,
  history: true,
  onState: printState,
  onPostponed: printPostponed,
  onRejoined: printRejoined,
}).catch(exitUnjoined)
print(`-- you are ${room.member.name} in ${roomName}; /quit leaves`)

let isLeaving = false
const input = createInterface({ input: process.stdin })
input.on('line', (line) => handle(line.trim()))
input.on('close', () => void quit())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void quit())

try {
  for await (const item of room) print(lineOf(item))
} catch (error) {
  print(`-- the server ended this: ${messageOf(error)}`)
  process.exit(0)
}

function handle(line: string): void {
  const command = commandForm(line)
  const [word, argument] = command.split(/\s+/)
  if (line === '') return
  if (command === '/quit') {
    input.close()
    return
  }
  if (command === '/who') {
    print(`-- ${[...room.roster.values()].map(({ name }) => name).join(', ')}`)
    return
  }
  if (word === '/use') {
    const transport = TRANSPORTS.find((name) => name === argument)
    if (transport) room.use(transport)
    else print(`-- /use takes one of ${TRANSPORTS.join(', ')}`)
    return
  }
  const { text, to, unknown } = readAddress(line, room.roster)
  if (unknown === undefined)
    room.send(text, to).catch((error: unknown) => print(`-- not sent: ${text} (${messageOf(error)})`))
  else print(`-- no member here is called ${unknown}`)
}

function printState(state: SessionState): void {
  if (state.name === 'open') print(`-- connected by ${room.transport}`)
  if (state.name !== 'waiting') return
  const what = state.obstacle ? state.why : `${state.neverOpen ? 'no connection' : 'connection lost'} (${state.why})`
  print(`-- ${what}; again in ${(state.retryMs / 1000).toFixed(1)} s`)
}

function printRejoined({ name }: Member, { reason }: Problem): void {
  const why = reason === 'lease' ? 'you were away for longer than your lease' : 'the server no longer knew you'
  print(`-- ${why}: you have joined again as ${name}`)
}

function printPostponed(text: string, retryMs: number): void {
  print(`-- the server takes no message now; again in ${(retryMs / 1000).toFixed(1)} s: ${text}`)
}

/** Leaves the room, which takes some seconds when the server does not answer. A second request ends the process at once. */
async function quit(): Promise<void> {
  if (isLeaving) process.exit(1)
  isLeaving = true
  print('-- leaving')
  await room.close().catch(() => undefined)
  process.exit(0)
}

function lineOf(event: RoomItem): string {
  if (event.type === 'reset') return '-- the following messages do not continue the ones above: some are lost'
  const at = new Date(event.at).toLocaleTimeString('en-GB')
  switch (event.type) {
    case 'message':
      return `${at} ${event.from.name}${event.to ? ` → ${event.to.name}` : ''}: ${printable(event.text)}`
    case 'joined':
      return `${at} -- ${event.member.name} joined`
    case 'left':
      return `${at} -- ${event.member.name} left`
    case 'renamed':
      return `${at} -- ${event.was} is now ${event.member.name}`
    case 'notice':
      return `${at} -- ${printable(event.text)}`
  }
}

/** Another member's text must not control this terminal, nor reorder or break the line that it stands in. */
function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/gu, ' ')
}

function exitUnjoined(error: unknown): never {
  const why = messageOf(error)
  process.stderr.write(`chat: cannot join ${roomName} at ${options.url}: ${why}\n`)
  if (why.includes('certificate')) process.stderr.write('NODE_EXTRA_CA_CERTS=<its file> makes Node trust it\n')
  process.exit(1)
}
