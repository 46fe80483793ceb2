import type { Socket } from 'socket.io'
import { schemas } from '../../../protocol.ts'
import type { MountTransport } from '../../http/app-types.ts'
import { MAX_BODY_BYTES } from '../../config/limits.ts'
import type { Membership } from '../../room/membership.ts'
import { DomainError } from '../../errors/domain-error.ts'
import { memberEnded } from '../../errors/store-errors.ts'
import { problemOf, toProblem } from '../../http/problems.ts'
import { SocketIoEngine } from './engine.ts'
import type { HeartbeatTarget } from '../../log/heartbeat.ts'
import { Subscription } from '../../log/subscription.ts'
import { validator } from '../../errors/validate.ts'

const hello = validator(schemas.hello)
const draft = validator(schemas.draft)

/** Socket.IO: an event `batch` down, an event `message` up with its acknowledgement; `auth` is `{token, after}`. */
export const socketIo: MountTransport = (app, path, transport, { heartbeat }) => {
  const engine = new SocketIoEngine({ transport, heartbeatMs: heartbeat, maxMessageBytes: MAX_BODY_BYTES })
  const memberships = new WeakMap<Socket, Membership>()

  const admit = async (socket: Socket): Promise<Error | undefined> => {
    try {
      engine.admitOnce(socket)
      const { token } = hello(socket.handshake.auth)
      const { room, context } = engine.connectionOf(socket)
      if (token !== undefined) {
        const membership = await room.membershipByToken(token)
        app.limits.admitMemberConnection(context, membership)
        memberships.set(socket, membership)
      }
    } catch (error) {
      return Object.assign(new Error('refused'), { data: toProblem(error, app.log) })
    }
  }
  engine.io.use((socket, next) => void admit(socket).then(next))
  engine.io.on('connection', (socket) => {
    const connection = engine.connectionOf(socket)
    const membership = memberships.get(socket) ?? null
    if (membership) connection.assignTo(app.usageOf(membership))
    const reader = connection.room.connect(membership, transport)
    socket.on('disconnect', () => reader.end())
    connection.onMessage(async (value, countDraft) => {
      try {
        const message = draft(value)
        countDraft(message)
        if (!membership)
          throw new DomainError('unknown-token', 'this needs a token: join the room, then connect with auth: {token}')
        app.limits.admitPost(connection.context, membership)
        return { ack: (await connection.room.post(membership, message)).ack }
      } catch (error) {
        return { error: toProblem(error, app.log) }
      }
    })
    const heartbeat: HeartbeatTarget = {
      lastSentSlice: 0,
      // The pings of Engine.IO keep the session alive. A heartbeat only tells the new cursor of a reader without visible events.
      onHeartbeat: () => {
        const moved = subscription.isFull ? null : subscription.pullPositionUpdate()
        if (moved) connection.send(moved)
      },
    }
    const subscription = new Subscription(connection.room.log, reader, hello(socket.handshake.auth).after ?? null, {
      write: (batch) => {
        heartbeat.lastSentSlice = app.heartbeat.currentSlice
        return connection.send(batch)
      },
      end: () => {
        if (membership?.isEnded) socket.emit('problem', problemOf(memberEnded(membership.endReason)))
        socket.disconnect(true)
      },
    })
    connection.onWritable(() => subscription.resume())
    app.heartbeat.add(heartbeat)
    socket.on('disconnect', () => app.heartbeat.remove(heartbeat))
  })

  void app.register(engine.mount(path))
}
