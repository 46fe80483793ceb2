/** Packets of Engine.IO 4. A packet of Socket.IO is the data of an Engine.IO packet of type 4. */
export const SESSION = '0'
export const PING = '2'
export const PONG = '3'
export const CONNECT = '40'
export const SEPARATOR = '\u001e'
