export { createEngine, type EngineOptions } from './create-engine.ts';
export { createService, type Service, type ServiceOptions } from './service/service.ts';
