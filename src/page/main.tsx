import { render } from 'preact'
import { App } from './app.tsx'
import { addHueRules } from './browser/hues.ts'
import { connectRoomToAddress } from './state/room-address.ts'
import { announceRequests } from './state/tab-requests.ts'

addHueRules()
connectRoomToAddress()
announceRequests()
const root = document.getElementById('page')
if (root) render(<App />, root)
