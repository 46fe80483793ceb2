import { launchBrowser } from './browser.ts'

// A separate process that opens a page and prints its title.
const browser = await launchBrowser()
const page = await browser.newPage()
await page.goto('data:text/html,<title>opened</title>')
console.log(await page.title())
await browser.close()
