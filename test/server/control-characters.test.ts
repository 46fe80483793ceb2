import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { draft, person, startPlayground } from '../support/playground.ts'
import { ask, openRequest } from '../support/raw-request.ts'
import { launchServer } from '../support/servers.ts'

/** Line ends and control characters of terminals, of JSON, of JavaScript before ES2019, and of `text/event-stream`. */
const BREAKS = [
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u001b[2J',
  '\0',
  '\b',
  '\u007f',
  '\u009b31m',
]
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

describe('the log', () => {
  it('has one line of JSON without control characters for each record, whatever a request contains', async () => {
    const server = await launchServer('--log-level', 'trace', '--links', 'off')
    const { port } = new URL(server.base)
    const inUrl = BREAKS.map((text) => encodeURIComponent(`a${text}{"level":60}`))
    // What the parser of HTTP lets pass in a header: among it C1, which begins a control sequence of a terminal with one character.
    const raw = 'a\u009b31m\u0085\u00a0"\\'
    const requests = [
      ...inUrl.map((text) => [`GET /${text}?${text} HTTP/1.1`, 'Host: localhost']),
      [`GET /${raw} HTTP/1.1`, 'Host: localhost'],
      ['GET / HTTP/1.1', 'Host: a\u001b[2J'],
      ['GET / HTTP/1.1', `Host: ${raw}`],
      ['GET /about HTTP/1.1', 'Host: localhost', `Origin: ${raw}`],
      ['GET /about HTTP/1.1', 'Host: localhost', `User-Agent: ${raw}`, `X-Forwarded-For: ${raw}`],
      ['GET /rooms/lobby/members/me HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${raw}`],
      ['GET /last-request HTTP/1.1', 'Host: localhost'],
    ]
    for (const lines of requests) {
      const socket = connect(Number(port), '127.0.0.1').resume()
      socket.on('error', () => undefined)
      socket.write([...lines, 'Connection: close', '', ''].join('\r\n'), 'latin1')
      await once(socket, 'close')
    }
    await expect.poll(server.output).toContain('last-request')
    const records = server
      .output()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('transport-playground is at'))
    expect(records.length).toBeGreaterThanOrEqual(requests.length - 1)
    for (const record of records) {
      expect(JSON.parse(record)).toMatchObject({ level: expect.any(Number) as number })
      expect(record).not.toMatch(CONTROL)
    }
    expect(records.filter((record) => (JSON.parse(record) as { level: number }).level === 60)).toEqual([])
  })
})

describe('a text with line ends and control characters', () => {
  const text = `x${BREAKS.map((characters) => `${characters}data: y${characters}event: problem${characters}id: 0${characters}`).join('')}`

  it('is one event of sse and one line of http-stream', async () => {
    const playground = await startPlayground()
    const { token } = await person(playground)
    const headers = { authorization: `Bearer ${token}` }
    await ask(playground, '/rooms/lobby/messages', { method: 'POST', headers, body: draft(text) })
    const { head } = playground.rooms.get('lobby').log

    const read = async (transport: string, end: RegExp) => {
      const { response } = await openRequest(playground, `/rooms/lobby/${transport}`)
      const answer = await response
      onTestFinished(() => void answer.destroy())
      let received = ''
      for await (const chunk of answer) {
        received += String(chunk)
        if (end.test(received)) break
      }
      return received
    }
    const textIn = (json: string) => (JSON.parse(json) as { events: { text?: string }[] }).events.at(-1)?.text

    // Lines of `text/event-stream` end with CR, LF or both.
    const [retry, id, data = '', ...rest] = (await read('sse', /\n\n$/)).replace('\n\n', '\n').split(/\r\n|\r|\n/)
    expect([retry, id, rest]).toEqual(['retry: 2000', `id: ${head}`, ['', '']])
    expect(textIn(data.replace(/^data: /, ''))).toBe(text)

    const lines = (await read('http-stream', /\n$/)).split('\n')
    expect(lines).toHaveLength(2)
    expect(textIn(lines[0] ?? '')).toBe(text)
  })

  it('is a text without a raw line terminator in the script of jsonp-poll', async () => {
    const playground = await startPlayground()
    const { token } = await person(playground)
    const headers = { authorization: `Bearer ${token}` }
    await ask(playground, '/rooms/lobby/messages', { method: 'POST', headers, body: draft(text) })
    const script = await (await fetch(`${playground.base}/rooms/lobby/jsonp-poll?callback=show`)).text()
    expect(script).not.toMatch(/[\n\r\u2028\u2029]/)
    expect(script).toMatch(/^\/\*\*\/show\(\{.*\}\);$/)
  })
})
