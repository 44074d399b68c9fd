export { type AppSize, INSTALLATION_PROXY_SERVICE, InstallationProxyClient, type InstalledApp } from './client.ts';
