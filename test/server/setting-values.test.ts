import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseSetting, unknownVariables } from '../../src/server/config/settings.ts'
import { listenOnAllAddresses } from '../../src/server/http/listen.ts'
import { lastingPort } from '../support/port.ts'
import { run } from '../support/process.ts'

const server = (env: Record<string, string>, ...args: string[]) =>
  run(process.execPath, ['dist/server/main.js', ...args], { env })

describe('a variable without a value', () => {
  it.each<[Record<string, string>, string[], string]>([
    [{ PORT: '', PLAYGROUND_STORE: '', PLAYGROUND_TLS: ' ', PLAYGROUND_HISTORY: '\r' }, ['--port', '0'], 'localhost'],
    [{ PORT: '', HOST: 'x86_64-conda-linux-gnu' }, ['--port', '0'], 'localhost'],
    [{ PORT: '0', HOST: '' }, [], 'localhost'],
    [{ PORT: '0', PLAYGROUND_HOST: '', HOST: '127.0.0.1' }, [], '127.0.0.1'],
  ])('counts as not set: %j', async (env, args, host) => {
    const { output } = server(env, ...args)
    await expect.poll(output).toContain(`is at http://${host}:`)
  })

  it('is a value where nothing is allowed, and a flag without a value is refused', async () => {
    expect(parseSetting('reports', '')).toBe('')
    const { output, ended } = server({}, '--port', '')
    expect(await ended).toBe(1)
    expect(output()).toContain('nothing is not allowed')
  })
})

it.each([
  ['port', ' 3000', 3000],
  ['port', '3000\r', 3000],
  ['tls', 'true\r\n', true],
  ['tlsCert', 'cert.pem\r', 'cert.pem'],
  ['host', '[::1]', '::1'],
  ['host', '[fe80::1%eth0]', 'fe80::1%eth0'],
  ['hosts', 'a.example, b.example', 'a.example,b.example'],
  ['hosts', 'b\u00fccher.example', 'b\u00fccher.example'],
  ['origins', 'https://a.example , null', 'https://a.example,null'],
  ['origins', 'HTTPS://a.example', 'HTTPS://a.example'],
  ['trustProxy', '127.0.0.1, 10.0.0.0/8', '127.0.0.1,10.0.0.0/8'],
] as const)('the setting %s is read as people and files write it: %j', (name, text, value) => {
  expect(parseSetting(name, text)).toBe(value)
})

it.each([
  ['origins', '*'],
  ['origins', 'https://*.example'],
  ['origins', 'https://a.example/chat'],
  ['hosts', '*.example'],
  ['hosts', 'a b'],
  ['host', 'http://localhost'],
  ['port', '3 000'],
  ['tls', '1'],
] as const)('the setting %s is refused with what is allowed, and never ignored: %j', (name, text) => {
  expect(() => parseSetting(name, text)).toThrow(/ is not allowed: /)
})

describe('a variable that is no setting', () => {
  it('is reported with the variable that may be meant, and the server starts', async () => {
    const { output } = server(
      { PLAYGROUND_MAXROOMS: '5', PLAYGROUND_PORT: '4000', PLAYGROUND_COLOUR: 'red' },
      '--port',
      '0',
    )
    await expect.poll(output).toContain('is at http://localhost:')
    expect(output()).toContain('PLAYGROUND_MAXROOMS is no setting, and is ignored: is PLAYGROUND_MAX_ROOMS meant?')
    expect(output()).toContain('PLAYGROUND_PORT is no setting, and is ignored: is PORT meant?')
    expect(output()).toContain('PLAYGROUND_COLOUR is no setting, and is ignored: --help lists the settings')
  })

  it('is not reported when a platform makes it of the name of a service', () => {
    const ofKubernetes = {
      PLAYGROUND_SERVICE_HOST: '10.0.0.1',
      PLAYGROUND_SERVICE_PORT: '3000',
      PLAYGROUND_PORT: 'tcp://10.0.0.1:3000',
      PLAYGROUND_PORT_3000_TCP_ADDR: '10.0.0.1',
      PLAYGROUND_REDIS_SERVICE_PORT_CLIENT: '6379',
    }
    expect(unknownVariables({ ...ofKubernetes, PLAYGROUND_MAX_ROOMS: '5', PATH: '/bin' })).toEqual([])
  })
})

it('the last of two flags counts, and a flag before its variable', async () => {
  const { output } = server({ PLAYGROUND_HOST: '::1' }, '--port', '1', '--port', '0', '--host', '127.0.0.1')
  await expect.poll(output).toContain('is at http://127.0.0.1:')
  expect(output()).not.toContain('http://127.0.0.1:1\n')
})

it.each([
  [['--trust-proxy', 'nonsense'], '--trust-proxy (from the command line)'],
  [['--host', '192.0.2.7'], '192.0.2.7 is no address of this machine'],
])('%j fails with the name of the setting and the remedy', async (args, expected) => {
  const { output, ended } = server({}, '--port', '0', ...args)
  expect(await ended).toBe(1)
  expect(output()).toContain(expected)
})

it('another program at one of the addresses of localhost is found, since a browser may reach that program', async () => {
  const [own, other] = [createServer(), createServer()]
  onTestFinished(() => {
    own.close()
    other.close()
  })
  const port = await lastingPort()
  await once(own.listen(port, '127.0.0.1'), 'listening')
  const addresses = () => Promise.resolve([{ address: '127.0.0.1' }, { address: '::1' }])
  await once(other.listen(port, '::1'), 'listening')
  expect(await listenOnAllAddresses('localhost', own, addresses)).toEqual(['::1'])
  other.close()
  await once(other, 'close')
  expect(await listenOnAllAddresses('localhost', own, addresses)).toEqual([])
})
