import { render } from 'preact'
import { App } from './app.tsx'
import { addHueRules } from './browser/hues.ts'

addHueRules()
const root = document.getElementById('page')
if (root) render(<App />, root)
