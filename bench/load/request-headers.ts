/** Request heads of the lean client: as few headers as HTTP asks for, or those of a browser. */
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

/** Spectators have no token: their heads are those of a browser that has none. */
export function requestHead(line: string, headers: HeaderSet, extra: readonly string[] = []): string {
  const isUpgrade = extra.some((header) => header.startsWith('Connection'))
  const set = HEADERS[headers].filter((header) => !(isUpgrade && header.startsWith('Connection')))
  return [line, 'Host: 127.0.0.1', ...set, ...extra, '', ''].join('\r\n')
}
