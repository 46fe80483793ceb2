import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { isComposing } from '../../browser/keys.ts'

interface InlineEditProps {
  /** The content while the value is not being edited. */
  children: ComponentChildren
  value: string
  /** The title of the button that begins the edit. */
  title: string
  /** The label of the field. */
  label: string
  maxLength: number
  className: string
  /** Accepts the new value (null), or returns the reason for a refusal. */
  submit: (value: string) => Promise<string | null> | string | null
}

/** A value that becomes a field when it is clicked. A refusal is shown below the field. */
export function InlineEdit({ children, value, title, label, maxLength, className, submit }: InlineEditProps) {
  const isOpen = useSignal(false)
  const refusal = useSignal<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const hasBeenOpen = useRef(false)
  const note = useId()

  useLayoutEffect(() => {
    if (isOpen.value) field.current?.select()
    else if (hasBeenOpen.current) button.current?.focus()
    hasBeenOpen.current = isOpen.value
  }, [isOpen.value])

  const close = () => {
    isOpen.value = false
    refusal.value = null
  }
  const submitValue = async () => {
    const wanted = field.current?.value.trim() ?? ''
    refusal.value = wanted === '' || wanted === value ? null : await submit(wanted)
    if (refusal.value === null) close()
  }

  if (!isOpen.value) {
    return (
      <button ref={button} type="button" class={className} title={title} onClick={() => (isOpen.value = true)}>
        {children}
      </button>
    )
  }
  return (
    <form
      class={`${className} inline-edit`}
      onSubmit={(event) => {
        event.preventDefault()
        void submitValue()
      }}
      onKeyDown={(event) => {
        if (!isComposing(event)) {
          if (event.key === 'Escape') close()
        } else if (event.key === 'Enter') {
          // Safari would submit the form.
          event.preventDefault()
        }
      }}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) close()
      }}
    >
      <input
        ref={field}
        aria-label={label}
        aria-invalid={refusal.value !== null}
        aria-describedby={note}
        defaultValue={value}
        maxLength={maxLength}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        enterkeyhint="go"
      />
      <p id={note} class="refusal" role="alert" hidden={refusal.value === null}>
        {refusal.value}
      </p>
    </form>
  )
}
