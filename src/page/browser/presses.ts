/** Elements that a person presses: the innermost one is meant. */
const CONTROLS = 'a[href], button, summary, label, input, select, textarea, [role="option"], .msg'
/** Of these, the elements that act on other events than a click, or not at all. */
const WITHOUT_CLICK = 'input:not([type="checkbox"], [type="radio"]), select, textarea, :disabled'

interface Press {
  control: Element
  /** Where the control was when it was pressed. */
  place: DOMRect
  pointerId: number
}

/**
 * A browser clicks an element only if the pointer goes down and up on it. When messages arrive in between, the element may have
 * moved or may have been replaced, and the click would be lost, or go to another element. Here, it goes to the element that was
 * pressed. As usual, a pointer that leaves the place of the element before it goes up clicks nothing.
 */
export function keepPresses(): void {
  let press: Press | null = null
  const forget = () => (press = null)

  const deliver = (event: MouseEvent) => {
    const control = press?.control
    press = null
    if (control?.matches(':disabled') === false) control.dispatchEvent(new MouseEvent('click', event))
  }
  addEventListener('pointerdown', (event) => (press = pressOf(event)), true)
  addEventListener('pointercancel', forget, true)
  // Some systems open a menu with the first button and a key.
  addEventListener('contextmenu', forget, true)
  addEventListener(
    'pointerup',
    (event) => {
      if (event.pointerId !== press?.pointerId) return
      if (!contains(press.place, event)) press = null
      else if (event.pointerType === 'mouse') {
        const pressed = press
        // A mouse's click, if there is one, is dispatched in the same task.
        setTimeout(() => {
          if (press === pressed) deliver(event)
        })
      }
    },
    true,
  )
  addEventListener(
    'click',
    (event) => {
      // The page and the keyboard click without a pointer.
      if (!press || !event.isTrusted || event.detail === 0) return
      if (event.target instanceof Node && press.control.contains(event.target)) {
        press = null
        return
      }
      event.preventDefault()
      event.stopImmediatePropagation()
      deliver(event)
    },
    true,
  )
}

function pressOf({ target, isPrimary, button, pointerId }: PointerEvent): Press | null {
  const control = target instanceof Element && isPrimary && button === 0 ? target.closest(CONTROLS) : null
  if (!control || control.matches(WITHOUT_CLICK)) return null
  return { control, place: control.getBoundingClientRect(), pointerId }
}

const contains = ({ left, right, top, bottom }: DOMRect, { clientX, clientY }: PointerEvent): boolean =>
  clientX >= left && clientX <= right && clientY >= top && clientY <= bottom
