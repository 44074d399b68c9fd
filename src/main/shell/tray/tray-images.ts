import { join } from 'node:path';
import { type NativeImage, nativeImage } from 'electron';
import { places } from '../places.ts';
import type { TrayIcon } from './tray-status.ts';

/** Steps of the backing-up icon: its bars move. */
export type TrayStep = 1 | 2 | 3;

/**
 * macOS: template images, state by shape, coloured by the system. Windows: `.ico` for a light or a dark taskbar. Linux:
 * panels are dark almost everywhere.
 */
export function trayImage(icon: TrayIcon, step: TrayStep, isDark: boolean): NativeImage {
  const name = icon === 'backing-up' ? `backing-up-${step}` : icon;
  const folder = join(places.resources, 'tray');
  if (process.platform === 'darwin') {
    const image = nativeImage.createFromPath(join(folder, `${name}Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  if (process.platform === 'win32') {
    return nativeImage.createFromPath(join(folder, `${name}-${isDark ? 'dark' : 'light'}.ico`));
  }
  return nativeImage.createFromPath(join(folder, `${name}-dark.png`));
}
