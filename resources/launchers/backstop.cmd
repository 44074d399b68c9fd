@echo off
rem The terminal face of the installed app: the same program, started without a window.
rem Within a batch file Windows waits for programs that have windows, too.
"%~dp0..\Backstop.exe" --cli %*
exit /b %ERRORLEVEL%
