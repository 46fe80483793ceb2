import { HUES, TRANSPORTS } from '../../transports.ts'

/** The rules by which [data-transport] puts a hue of tokens.css in force, one for each transport in the table. */
export const hueRules = (): string =>
  TRANSPORTS.map((name) => {
    const hue = `var(--${HUES[name]}`
    return `[data-transport="${name}"] { --hue: ${hue}); --hue-ink: ${hue}-ink); --hue-on: ${hue}-on); }`
  }).join('\n')

/** Adds the rules to the page, in the layer of tokens.css. A constructed sheet needs no exception in the page's policy. */
export function addHueRules(): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`@layer tokens {\n${hueRules()}\n}`)
  document.adoptedStyleSheets.push(sheet)
}
