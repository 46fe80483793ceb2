import { render } from 'preact'
import { App } from './app.tsx'
import { addHueRules } from './browser/hues.ts'
import { keepPresses } from './browser/presses.ts'
import { connectRoomToAddress } from './state/room-address.ts'
import { announceRequests } from './state/tab-requests.ts'

addHueRules()
keepPresses()
connectRoomToAddress()
announceRequests()
const root = document.getElementById('page')
if (root) render(<App />, root)
