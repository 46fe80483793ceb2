/**
 * The page for a browser at an address without a route, in the languages of the page. It loads nothing. Its link is relative, since a
 * proxy may serve the page below a path.
 *
 * @param url of the request, from its first slash on
 */
export function notFoundPage(url: string): string {
  const [path = ''] = url.split('?')
  const root = '../'.repeat(path.split('/').length - 2) || './'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Not found · transport-playground</title>
<h1>There is nothing at this address</h1>
<p><a href="${root}">Go to the chat room</a></p>
<p lang="zh-CN">这个地址上什么也没有。<a href="${root}">去聊天室</a></p>
`
}

/** A browser that opens an address names HTML first; a program names JSON, or anything. */
export function wantsPage(accept: string | undefined): boolean {
  const [first = ''] = (accept ?? '').split(',')
  return first.split(';')[0]?.trim().toLowerCase() === 'text/html'
}
