import { ChevronLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';
import { IconButton } from '../../components/Button.tsx';
import { Page } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';
import { type Step, Stepper } from './Stepper.tsx';

/** The flow's own toolbar: which phone, and how far it is. */
export function Frame({
  phone,
  step,
  onBack,
  tools,
  children,
}: {
  readonly phone: PhoneView | undefined;
  readonly step: Step;
  readonly onBack?: (() => void) | undefined;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Page
      title={t('nav.cleanup')}
      isPlain={step !== 'choose'}
      {...(phone === undefined ? {} : { subtitle: phone.name })}
      {...(onBack === undefined
        ? {}
        : {
            before: (
              <IconButton look="quiet" label={t('common.back')} onPress={onBack}>
                <ChevronLeft size={17} strokeWidth={1.8} aria-hidden />
              </IconButton>
            ),
          })}
      tools={
        <>
          <Stepper step={step} />
          {tools}
        </>
      }
    >
      {children}
    </Page>
  );
}
