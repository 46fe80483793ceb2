import { describe, expect, it } from 'vitest'
import { INSPECTED, Visitor } from '../support/browser.ts'
import { LONG } from '../support/long.ts'
import { person, startPlayground, watch } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** A visitor in a room with these members. */
async function enterAmong(names: readonly string[], options: Parameters<typeof Visitor.enter>[2] = {}, path = '') {
  const playground = await startPlayground()
  const others = []
  for (const name of names) others.push(await person(playground, name))
  const ada = await Visitor.enter(browser, playground.base + path, options)
  await expect.poll(() => ada.members.count().then((count) => count > names.length || path !== '')).toBe(true)
  const list = ada.page.getByRole('listbox', { name: /^(Members to write to privately|可以私聊的成员)$/ })
  const offered = () => list.getByRole('option').locator('bdi').allTextContents()
  return { playground, others, ada, list, offered }
}

describe('an @ at the beginning of a message', () => {
  it('offers the other members, and arrow keys and Enter write the name of one', async () => {
    const { playground, others, ada, list, offered } = await enterAmong(['zoe', 'ben', 'Ruben'])
    const [, ben] = others
    if (!ben) throw new Error('there is no ben')
    const benSees = watch(playground, ben, 'websocket')
    await ada.composer.focus()
    await ada.page.keyboard.type('@')
    await expect.poll(offered).toEqual(['ben', 'Ruben', 'zoe'])
    await ada.page.keyboard.type('BE')
    await expect.poll(offered).toEqual(['ben', 'Ruben'])
    await ada.page.keyboard.press('ArrowDown')
    expect(await list.getByRole('option', { selected: true }).textContent()).toBe('Ruben')
    await ada.page.keyboard.press('ArrowDown')
    await ada.page.keyboard.press('Enter')
    expect(await ada.composer.inputValue()).toBe('@ben ')
    expect(await list.count()).toBe(0)
    await ada.page.keyboard.type('only you')
    await ada.page.keyboard.press('Enter')
    await expect.poll(benSees.texts).toEqual(['only you'])
    await expect.poll(() => ada.log.getByText('only', { exact: false }).count()).toBeGreaterThan(0)
    expect(ada.browserErrors).toEqual([])
  })

  it('keeps a text that was written before, and leaves Tab and Enter alone after Escape', LONG, async () => {
    const { ada, list, offered } = await enterAmong(['ben'])
    await ada.composer.fill('see you')
    await ada.composer.press('Home')
    await ada.page.keyboard.type('@')
    // The caret is within a word.
    expect(await list.count()).toBe(0)
    await ada.page.keyboard.type('b ')
    await ada.page.keyboard.press('ArrowLeft')
    await expect.poll(offered).toEqual(['ben'])
    await ada.page.keyboard.press('Tab')
    await expect.poll(() => ada.composer.inputValue()).toBe('@ben see you')
    await ada.composer.fill('@b')
    await expect.poll(offered).toEqual(['ben'])
    await ada.page.keyboard.press('Escape')
    await expect.poll(() => list.count()).toBe(0)
    await ada.page.keyboard.type('e')
    expect(await list.count()).toBe(0)
    await ada.page.keyboard.press('Tab')
    expect(await ada.composer.evaluate((field) => field === document.activeElement)).toBe(false)
    expect(await ada.composer.inputValue()).toBe('@be')
  })

  it('offers nothing in the middle of a text, for an unknown name, and to a member alone', LONG, async () => {
    const { ada, list, playground, offered } = await enterAmong([])
    await ada.composer.focus()
    await ada.page.keyboard.type('@')
    expect(await list.count()).toBe(0)
    await person(playground, 'ben')
    await expect.poll(offered).toEqual(['ben'])
    await ada.page.keyboard.type('x')
    await expect.poll(() => list.count()).toBe(0)
    await ada.composer.fill('mail ben@')
    expect(await list.count()).toBe(0)
    await ada.composer.fill('hello @')
    expect(await list.count()).toBe(0)
  })

  it('writes the name of a member that is clicked, and the field keeps the focus', async () => {
    const { ada, list, offered } = await enterAmong(['ben', 'zoe'])
    await ada.composer.focus()
    await ada.page.keyboard.type('@')
    await expect.poll(offered).toEqual(['ben', 'zoe'])
    await list.getByRole('option', { name: 'zoe' }).click()
    await expect.poll(() => ada.composer.inputValue()).toBe('@zoe ')
    expect(await ada.composer.evaluate((field) => field === document.activeElement)).toBe(true)
    await ada.composer.fill('@')
    await expect.poll(offered).toEqual(['ben', 'zoe'])
    await ada.log.click({ position: { x: 5, y: 5 } })
    await expect.poll(() => list.count()).toBe(0)
  })

  it('works with an input method: its characters offer members, and its keys choose none', async () => {
    const { ada, list, offered } = await enterAmong(['小明', '小红'])
    const keys = await ada.page.context().newCDPSession(ada.page)
    await ada.composer.focus()
    await keys.send('Input.insertText', { text: '＠' })
    await expect.poll(offered).toHaveLength(2)
    await keys.send('Input.imeSetComposition', { text: 'xiao', selectionStart: 4, selectionEnd: 4 })
    await expect.poll(() => list.count()).toBe(0)
    await keys.send('Input.imeSetComposition', { text: '小', selectionStart: 1, selectionEnd: 1 })
    await expect.poll(offered).toHaveLength(2)
    // The candidate is chosen with these keys.
    for (const key of ['ArrowDown', 'Enter', 'Tab']) {
      const isLeft = await ada.composer.evaluate(
        (field, pressed) =>
          field.dispatchEvent(
            new KeyboardEvent('keydown', { key: pressed, bubbles: true, cancelable: true, isComposing: true }),
          ),
        key,
      )
      expect(isLeft, key).toBe(true)
    }
    await keys.send('Input.insertText', { text: '小红' })
    await expect.poll(offered).toEqual(['小红'])
    await ada.page.keyboard.press('Enter')
    await expect.poll(() => ada.composer.inputValue()).toBe('@小红 ')
  })

  it(
    'names the list, its members and the keys to screen readers, in any size, theme and language',
    { ...LONG, timeout: 120_000 },
    async () => {
      const { ada, list } = await enterAmong(['ben', 'zoe'], INSPECTED)
      await ada.inEveryMode(async (mode) => {
        await ada.composer.fill('')
        await ada.composer.focus()
        await ada.page.keyboard.type('@')
        await list.waitFor()
        const highlighted = list.getByRole('option', { selected: true })
        expect(await highlighted.count(), mode).toBe(1)
        expect(await ada.composer.getAttribute('aria-activedescendant'), mode).toBe(
          await highlighted.getAttribute('id'),
        )
        expect(await ada.composer.getAttribute('aria-controls'), mode).toBe(await list.getAttribute('id'))
        const spoken = mode.endsWith('zh') ? /^2 位成员：方向键选择/ : /^2 members: arrow keys choose/
        expect(await ada.page.getByRole('status').filter({ hasText: spoken }).count(), mode).toBe(1)
        expect(await ada.violations(), mode).toEqual([])
        for (const option of await list.getByRole('option').all()) expect(await isInSight(option), mode).toBe(true)
      })
      expect(ada.browserErrors).toEqual([])
    },
  )

  it('offers the members in the comparison too', LONG, async () => {
    const { ada, list, offered } = await enterAmong(['ben'], {}, '/#/compare')
    await ada.composer.focus()
    await ada.page.keyboard.type('@')
    await expect.poll(offered).toEqual(['ben'])
    expect(await isInSight(list.getByRole('option'))).toBe(true)
    await list.getByRole('option').click()
    await expect.poll(() => ada.composer.inputValue()).toBe('@ben ')
  })
})

/** The middle of the element is not covered or cut off. */
const isInSight = (element: ReturnType<Visitor['page']['locator']>): Promise<boolean> =>
  element.evaluate((node) => {
    const { left, top, width, height } = node.getBoundingClientRect()
    return node.contains(document.elementFromPoint(left + width / 2, top + height / 2))
  })
