/** Protocol Buffers' wire format, reading only, without a schema. Pure, and safe on hostile input. */
export { ProtoMessage } from './proto-message.ts';
