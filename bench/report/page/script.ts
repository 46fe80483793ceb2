/** The two switches. What was chosen is kept where storage can be had; without script the page is English and as the system. */
export const script = `(() => {
  const root = document.documentElement
  const storage = { get: (key) => { try { return localStorage.getItem(key) } catch { return null } },
    set: (key, value) => { try { localStorage.setItem(key, value) } catch {} } }
  const press = (kind, value) => {
    for (const button of document.querySelectorAll('button[data-' + kind + ']'))
      button.setAttribute('aria-pressed', String(button.dataset[kind] === value))
  }
  const speak = (wanted) => {
    const language = wanted === 'zh-CN' ? wanted : 'en'
    root.dataset.lang = root.lang = language
    const heading = document.querySelector('.page[lang="' + language + '"] h1')
    if (heading) document.title = heading.textContent
    for (const labelled of document.querySelectorAll('[data-label-en]'))
      labelled.setAttribute('aria-label', language === 'en' ? labelled.dataset.labelEn : labelled.dataset.labelZh)
    for (const named of document.querySelectorAll('[data-en]'))
      named.textContent = language === 'en' ? named.dataset.en : named.dataset.zh
    press('to', language)
  }
  const paint = (theme) => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    else delete root.dataset.theme
    press('look', root.dataset.theme ?? 'system')
  }
  speak(storage.get('report-language') ?? navigator.languages.find((language) => /^(zh|en)\\b/i.test(language))?.replace(/^zh.*/i, 'zh-CN'))
  paint(storage.get('report-theme'))
  document.querySelector('.controls').hidden = false
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    if (button?.dataset.to) { speak(button.dataset.to); storage.set('report-language', button.dataset.to) }
    if (button?.dataset.look) { paint(button.dataset.look); storage.set('report-theme', button.dataset.look) }
  })
})()`
