/** What browsers report as `keyCode` while an input method handles a key. Nothing else tells this in Safari. */
const HANDLED_KEY_CODE = 229

/**
 * Whether an input method handles this key: Enter chooses a candidate and Escape drops it, and neither is meant for the page. Safari
 * ends the composition first, so that the key that ended it is known by its code only (WebKit bug 165004).
 */
export const isComposing = (event: { isComposing: boolean; keyCode: number }): boolean =>
  event.isComposing || event.keyCode === HANDLED_KEY_CODE
