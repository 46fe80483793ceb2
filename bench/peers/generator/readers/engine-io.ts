/** Engine.IO's packets, version 4; what Socket.IO says stands behind a 4. */
export const SESSION = '0'
export const PING = '2'
export const PONG = '3'
export const CONNECT = '40'
export const SEPARATOR = '\u001e'
