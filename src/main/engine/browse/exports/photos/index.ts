/** Photos and videos as files of this computer. */
export {
  exportPhotos,
  type JpegMaker,
  type NotExported,
  type PhotoExport,
  type PhotoExportRequest,
} from './export-photos.ts';
export type { PhotoLayout } from './photo-folders.ts';
