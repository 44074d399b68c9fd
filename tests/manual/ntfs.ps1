# NOT RUN: nobody has run this script yet (no Windows where it was written).
#
# The vault's promises on NTFS, ReFS and exFAT, each in a virtual disk of its own. Needs an administrator's PowerShell
# with Hyper-V's or Windows' own disk commands. From the project's folder:  tests\manual\ntfs.ps1 [-Kills 100]
param([int]$Kills = 100)
$ErrorActionPreference = 'Stop'
$node = 'node_modules\node\bin\node.exe'
$work = Join-Path $env:TEMP "backstop-$(New-Guid)"
New-Item -ItemType Directory $work | Out-Null

function Invoke-Node {
  & $node @args
  if ($LASTEXITCODE -ne 0) { throw "failed: $args" }
}

# From a prompt of Visual Studio's build tools; without it the fallback through PowerShell is what is tried.
& $node scripts\build-native.mjs

try {
  foreach ($format in 'NTFS', 'exFAT', 'ReFS') {
    Write-Host "== $format"
    $image = Join-Path $work "$format.vhdx"
    $script = Join-Path $work 'diskpart.txt'
    @("create vdisk file=`"$image`" maximum=4096 type=expandable", 'attach vdisk', 'create partition primary',
      "format fs=$format quick label=BackstopTest", 'assign letter=V') | Set-Content $script
    diskpart /s $script | Out-Null
    if (-not (Test-Path 'V:\')) { Write-Host "NOT RUN: this Windows does not format $format"; continue }
    Invoke-Node tests\manual\exercise-disk.ts info 'V:\vault'
    Invoke-Node tests\manual\exercise-disk.ts kill 'V:\vault' $Kills
    # Detaching while it is written to is the nearest to pulling the cable.
    $log = Join-Path $work 'log'
    $writer = Start-Process $node -ArgumentList 'tests\manual\exercise-disk.ts', 'write', 'V:\vault' -RedirectStandardOutput $log -PassThru -NoNewWindow
    Start-Sleep 5
    @("select vdisk file=`"$image`"", 'detach vdisk') | Set-Content $script
    diskpart /s $script | Out-Null
    Stop-Process -Id $writer.Id -Force -ErrorAction SilentlyContinue
    @("select vdisk file=`"$image`"", 'attach vdisk') | Set-Content $script
    diskpart /s $script | Out-Null
    Start-Sleep 3
    Invoke-Node tests\manual\exercise-disk.ts check 'V:\vault' $log
    @("select vdisk file=`"$image`"", 'detach vdisk') | Set-Content $script
    diskpart /s $script | Out-Null
  }
  Write-Host "== What only an eye can check, on the computer's own disk:"
  Invoke-Node tests\manual\exercise-disk.ts info (Join-Path $env:USERPROFILE 'backstop-ntfs-test')
  Write-Host "   encryptedAtRest must be what Windows says of BitLocker or device encryption; in the OneDrive folder the"
  Write-Host "   same command must end with vault/cloud-folder. Remove the folder afterwards."
}
finally {
  Remove-Item -Recurse -Force $work -ErrorAction SilentlyContinue
}
