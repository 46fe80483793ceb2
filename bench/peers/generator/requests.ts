const HOST = 'Host: 127.0.0.1'

export const getRequest = (path: string, headers: readonly string[] = []): string =>
  [`GET ${path} HTTP/1.1`, HOST, ...headers, '', ''].join('\r\n')

/** @param body ASCII, as its length is its size */
export function postRequest(
  path: string,
  body: string,
  headers: readonly string[] = [],
  type = 'application/json',
): string {
  const about = [`Content-Length: ${body.length}`, ...(body === '' ? [] : [`Content-Type: ${type}`])]
  return [`POST ${path} HTTP/1.1`, HOST, ...about, ...headers, '', body].join('\r\n')
}

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${Buffer.alloc(16, 7).toString('base64')}`,
]

export const upgradeRequest = (path: string, headers: readonly string[]): string =>
  getRequest(path, [...UPGRADE, ...headers])
