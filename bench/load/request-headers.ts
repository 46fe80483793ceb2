/** Request headers of the raw client: the fewest that HTTP requires, or those of a browser. */
export const HEADERS = {
  minimal: [],
  browser: [
    'Connection: keep-alive',
    'sec-ch-ua-platform: "Linux"',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
    'sec-ch-ua: "Chromium";v="147", "Not.A/Brand";v="8"',
    'sec-ch-ua-mobile: ?0',
    'Accept: */*',
    'Sec-Fetch-Site: same-origin',
    'Sec-Fetch-Mode: cors',
    'Sec-Fetch-Dest: empty',
    'Referer: http://127.0.0.1:3000/',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: en-US,en;q=0.9',
  ],
} as const satisfies Record<string, readonly string[]>

export type HeaderSet = keyof typeof HEADERS

/** Subscribers are spectators, so the head contains no token. */
export function requestHead(requestLine: string, headers: HeaderSet, extra: readonly string[] = []): string {
  const isUpgrade = extra.some((header) => header.startsWith('Connection'))
  const set = HEADERS[headers].filter((header) => !(isUpgrade && header.startsWith('Connection')))
  return [requestLine, 'Host: 127.0.0.1', ...set, ...extra, '', ''].join('\r\n')
}
