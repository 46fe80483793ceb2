/** Requests of the Bayeux protocol, which Faye implements. */
type ConnectionType = 'websocket' | 'long-polling'

export const HANDSHAKEN = '/meta/handshake'
export const SUBSCRIBED = '/meta/subscribe'
export const CONNECTED = '/meta/connect'

export const handshake = (type: ConnectionType): string =>
  JSON.stringify([{ channel: HANDSHAKEN, version: '1.0', supportedConnectionTypes: [type], id: '1' }])
export const subscribe = (clientId: string): string =>
  JSON.stringify([{ channel: SUBSCRIBED, clientId, subscription: '/room', id: '2' }])
export const connect = (clientId: string, connectionType: ConnectionType): string =>
  JSON.stringify([{ channel: CONNECTED, clientId, connectionType, id: '3' }])

export const clientIdIn = (text: string): string => /"clientId":"([^"]+)"/.exec(text)?.[1] ?? ''
