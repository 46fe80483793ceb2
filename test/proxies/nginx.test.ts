import { expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { startPlayground } from '../support/playground.ts'
import { expectRequest, expectPage, expectPageAt, joinFromPage, reasonOf, statusAtHost } from '../support/proxied.ts'
import { describeWithProxy, documentedLines, startNginx, withServerPort } from '../support/proxies.ts'

const WITHOUT_WEBSOCKET = TRANSPORTS.filter((name) => name !== 'websocket')

describeWithProxy('nginx')('nginx with nothing but proxy_pass', () => {
  it('serves the page, which is refused with a text that names Host and --origins', async () => {
    const { port } = await startPlayground()
    const address = await startNginx(`location / { proxy_pass http://127.0.0.1:${port}; }`)
    await expectPage(address)
    const { status, body } = await joinFromPage(address)
    expect(status).toBe(403)
    expect(body.detail).toContain('proxy_set_header Host $http_host')
  })

  it('serves the page to the origins of --origins', async () => {
    const { port } = await startPlayground({ origins: 'http://chat.example' })
    const address = await startNginx(`location / { proxy_pass http://127.0.0.1:${port}; }`)
    const headers = { origin: 'http://chat.example' }
    expect((await fetch(`${address}/rooms/lobby/members`, { method: 'POST', headers })).status).toBe(201)
  })

  it.each(WITHOUT_WEBSOCKET)('carries %s for a program', async (transport) => {
    const { port } = await startPlayground()
    await expectRequest(await startNginx(`location / { proxy_pass http://127.0.0.1:${port}; }`), transport)
  })

  it('refuses a WebSocket, and the program is told that none gets through', async () => {
    const { port } = await startPlayground()
    const address = await startNginx(`location / { proxy_pass http://127.0.0.1:${port}; }`)
    expect(await reasonOf(address, 'websocket')).toContain('no WebSocket')
  })
})

describeWithProxy('nginx')('nginx that keeps Host', () => {
  it('serves the page of a long host name, since its heads fit the buffer of nginx, and lets the page join', async () => {
    const { port } = await startPlayground({ jsonp: true })
    const address = await startNginx(
      `location / { proxy_pass http://127.0.0.1:${port}; proxy_set_header Host $http_host; }`,
    )
    for (const path of ['/', '/js/main.js', '/style.css']) {
      expect(await statusAtHost(address + path, `${'a'.repeat(48)}.chat.example`), path).toBe(200)
    }
    await expectPage(address)
    expect((await joinFromPage(address)).status).toBe(201)
  })

  it.each(['$host:$server_port', '$http_host'])('as %s is the same host as the Origin of the page', async (host) => {
    const { port } = await startPlayground()
    const address = await startNginx(
      `location / { proxy_pass http://127.0.0.1:${port}; proxy_set_header Host ${host}; }`,
    )
    expect((await joinFromPage(address)).status).toBe(201)
  })
})

const { atRoot, belowPath } = documentedLines('nginx')

describeWithProxy('nginx').each([
  ['', atRoot],
  ['/chat', belowPath],
])('nginx by the documented lines at %j', (path, lines) => {
  it('serves the page and the documents, and lets the page join', async () => {
    const { port } = await startPlayground()
    const address = (await startNginx(withServerPort(lines, port))) + path
    await expectPage(address)
    expect((await joinFromPage(address)).status).toBe(201)
    for (const document of ['/docs', '/docs/json', '/docs/frames', '/docs/static/swagger-ui.css', '/about']) {
      expect((await fetch(address + document)).status, document).toBe(200)
    }
    if (path !== '') expect((await fetch(address)).url).toBe(`${address}/`)
  })

  it.each(TRANSPORTS)('carries %s', async (transport) => {
    const { port } = await startPlayground()
    await expectRequest((await startNginx(withServerPort(lines, port))) + path, transport)
  })

  it('lets the page of a name join and open a WebSocket, with the settings of the README', async () => {
    await expectPageAt(async (port) => (await startNginx(withServerPort(lines, port))) + path)
  })
})
