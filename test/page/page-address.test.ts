import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { INSPECTED, Visitor } from '../support/browser.ts'
import { newProfile } from '../support/browser-profile.ts'
import { LONG } from '../support/long.ts'
import { startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const chosen = (page: Page) => page.getByRole('radio', { checked: true }).getAttribute('value')
const link = (page: Page) => page.getByRole('combobox', { name: 'Link', exact: true })
const bot = (page: Page) => page.getByRole('combobox', { name: 'Bot' })
const textSize = (page: Page) => page.getByRole('combobox', { name: 'Text' })
const hashOf = (page: Page) => page.evaluate(() => location.hash)

describe('the address of a room', () => {
  it('sets transport, link, bot and text size, and says them again when they are changed', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, `${base}/#/room/blue?t=long-poll&link=wifi&bot=10&size=4`)
    const { page } = ada
    await expect.poll(() => link(page).inputValue()).toBe('wifi')
    expect(await chosen(page)).toBe('long-poll')
    expect([await bot(page).inputValue(), await textSize(page).inputValue()]).toEqual(['10', '4'])
    // The texts are tokens of four letters.
    await expect.poll(() => ada.texts()).not.toEqual([])
    expect((await ada.texts())[0]).toMatch(/^[a-z]{4}$/)
    await bot(page).selectOption('0')
    await ada.use('sse')
    await link(page).selectOption('4g')
    await expect.poll(() => hashOf(page)).toMatch(/^#\/room\/blue\?t=sse&link=4g/)
    expect(await hashOf(page)).not.toContain('bot')
    expect(ada.browserErrors).toEqual([])
  })

  it('stays without settings until a setting is changed', async () => {
    const { base } = await startPlayground()
    const { page } = await Visitor.enter(browser, `${base}/#/room/green`)
    await expect.poll(() => link(page).inputValue()).toBe('local')
    expect(await hashOf(page)).toBe('#/room/green')
  })

  it('says that a view does not exist', async () => {
    const { base } = await startPlayground()
    const page = await (await newProfile(browser)).newPage()
    await page.goto(`${base}/#/elsewhere`)
    expect(await page.getByRole('heading').textContent()).toBe('This page has no view at #/elsewhere.')
    await page.goto(`${base}/#/room/no%20spaces`)
    await expect.poll(() => page.getByRole('heading').textContent()).toBe('A room cannot be called no spaces.')
    await page.goto(`${base}/#/room/green/elsewhere`)
    await expect
      .poll(() => page.getByRole('heading').textContent())
      .toBe('This page has no view at #/room/green/elsewhere.')
    await page.goto(`${base}/#/room/green/`)
    await expect.poll(() => page.locator('.room-name').textContent()).toBe('#green')
  })

  it('opens lecture mode: the wire and the latency only, accessible', LONG, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base, INSPECTED)
    await ada.page.getByRole('button', { name: 'Lecture mode' }).click()
    await expect.poll(() => hashOf(ada.page)).toMatch(/&lecture$/)
    expect(await ada.page.getByRole('log').count()).toBe(0)
    await ada.page.getByRole('heading', { name: 'Delivery latency' }).waitFor()
    for (const width of [1366, 390]) {
      await ada.page.setViewportSize({ width, height: 664 })
      expect(await ada.violations()).toEqual([])
      expect(await ada.overflowPx()).toBeLessThanOrEqual(0)
    }
    await ada.page.reload()
    await ada.page.getByRole('heading', { name: 'Delivery latency' }).waitFor()
    expect(await ada.page.getByRole('log').count()).toBe(0)
    await ada.page.getByRole('button', { name: 'Lecture mode' }).click()
    await expect.poll(() => ada.page.getByRole('log').count()).toBe(1)
  })
})

describe('the address of a comparison', () => {
  it('sets columns, link, rate and seed, and runs by itself', LONG, async () => {
    const { base } = await startPlayground()
    const address = `${base}/#/room/slide/compare?columns=websocket,sse&link=wifi&rate=10&seed=42&size=40&padding=200&run`
    const { page } = await Visitor.enter(browser, address)
    await page.getByRole('button', { name: 'Cancel' }).waitFor()
    expect(await page.getByRole('spinbutton', { name: 'Seed' }).inputValue()).toBe('42')
    expect(await page.getByRole('combobox', { name: 'Messages per second' }).inputValue()).toBe('10')
    expect(await page.getByRole('combobox', { name: 'Link for all' }).inputValue()).toBe('wifi')
    expect(await page.getByRole('combobox', { name: 'Text' }).inputValue()).toBe('40')
    expect(await page.getByRole('combobox', { name: 'Padding' }).inputValue()).toBe('200')
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(2)
    await page.getByRole('checkbox', { name: 'long-poll' }).check()
    await expect.poll(() => hashOf(page)).toContain('?columns=long-poll,websocket,sse&')
  })
})
