import type { Socket } from 'socket.io'
import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../context.ts'
import { Engine } from '../engine.ts'
import { follow, type EncodedBatch } from '../follow.ts'
import { MAX_BODY_BYTES } from '../limits.ts'
import { problems, toProblem } from '../problem.ts'
import type { Seat } from '../seat.ts'
import { lastWord } from '../stream.ts'
import { validator } from '../validate.ts'

const hello = validator(schemas.hello)
const draft = validator(schemas.draft)

/** Socket.IO: an event `batch` down, an event `message` up with its acknowledgement; `auth` is `{token, after}`. */
export const socketIo: MountTransport = (app, path, transport, { beat }) => {
  const engine = new Engine({ transport, beatMs: beat, maxMessageBytes: MAX_BODY_BYTES })
  const seats = new WeakMap<Socket, Seat>()

  const admit = async (socket: Socket): Promise<Error | undefined> => {
    try {
      engine.admitOnce(socket)
      const { token } = hello(socket.handshake.auth)
      if (token !== undefined) seats.set(socket, await engine.lineOf(socket).request.room.seatOf(token))
    } catch (error) {
      return Object.assign(new Error('refused'), { data: toProblem(error, app.log) })
    }
  }
  engine.io.use((socket, next) => void admit(socket).then(next))
  engine.io.on('connection', (socket) => {
    const line = engine.lineOf(socket)
    const { room } = line.request
    const seat = seats.get(socket) ?? null
    if (seat) line.account.belongsTo(app.accountOf(seat))
    const visit = room.visit(seat)
    socket.on('disconnect', visit.end)
    line.onMessage(async (value, says) => {
      try {
        const said = draft(value)
        says(said)
        if (!seat) throw problems.unknownToken('this needs a token: join the room, then connect with auth: {token}')
        return { ack: (await room.say(seat, said)).ack }
      } catch (error) {
        return { error: toProblem(error, app.log) }
      }
    })
    const { after = null } = hello(socket.handshake.auth)
    const deliver = (batch: EncodedBatch | null) => (batch ? line.send(batch) : Promise.resolve())
    void follow(room.log, visit, after, beat, deliver).then(() => {
      const problem = lastWord(visit)
      if (problem) socket.emit('problem', problem)
      socket.disconnect(true)
    })
  })

  void app.register(engine.mount(path))
}
