import { ConnectionError } from '../../client/transports/transport.ts'

/** Loads a script by an element, as pages did before CORS. */
export function loadScript(url: string, callback: string, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const forget = () => void Reflect.deleteProperty(globalThis, callback)
    const define = (value: (batch: unknown) => void) => void Reflect.set(globalThis, callback, value)
    const script = document.createElement('script')
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', aborted)
      script.remove()
      finish()
    }
    const aborted = () => {
      // A script that is loading cannot be stopped: its callback must still exist.
      define(forget)
      settle(() => reject(signal.reason as Error))
    }
    define((value) => {
      forget()
      settle(() => resolve(value))
    })
    script.onerror = () => {
      forget()
      settle(() => reject(new ConnectionError('the script does not load')))
    }
    signal.addEventListener('abort', aborted)
    script.src = url
    document.head.append(script)
    if (signal.aborted) aborted()
  })
}
