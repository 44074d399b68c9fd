export { HEARTBEAT_SERVICE, type HeartbeatEnd, keepHeartbeat } from './heartbeat.ts';
