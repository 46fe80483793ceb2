/** Loads a style sheet that the first screen does not need, once. Rejects if it cannot be loaded. */
export const loadStyle = (path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    if (document.querySelector(`link[href="${path}"]`)) {
      resolve()
      return
    }
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: path })
    link.addEventListener('load', () => {
      resolve()
    })
    link.addEventListener('error', () => {
      link.remove()
      reject(new Error(`${path} did not load`))
    })
    document.head.append(link)
  })
