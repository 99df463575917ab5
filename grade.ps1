# Grades a folder of notebooks on Windows with Docker Desktop or Podman Desktop; see the script `grade` beside it.
#
#   .\grade.ps1 FOLDER                          reports are in FOLDER\build
#   .\grade.ps1 FOLDER --jobs 4 --verbose       with options of `convgrade grade`
#   .\grade.ps1 FOLDER report a1_convolution    another verb: here the class page
#   .\grade.ps1 FOLDER --box landlock           the weaker wall, where the stronger one cannot be built
$ErrorActionPreference = "Stop"
if ($args.Count -eq 0 -or -not (Test-Path -PathType Container $args[0])) {
    [Console]::Error.WriteLine("usage: .\grade.ps1 FOLDER [OPTIONS of convgrade grade | VERB ...]")
    exit 2
}
$folder = (Resolve-Path $args[0]).ProviderPath
$words = @($args | Select-Object -Skip 1)
if ($words.Count -eq 0 -or "$($words[0])".StartsWith("-")) { $words = @("grade", "/data") + $words }

if (Get-Command podman -ErrorAction SilentlyContinue) {
    $engine = "podman"
    $stronger = @("--security-opt", "unmask=ALL")
} elseif (Get-Command docker -ErrorAction SilentlyContinue) {
    $engine = "docker"
    $stronger = @("seccomp", "apparmor", "systempaths") | ForEach-Object { "--security-opt"; "$_=unconfined" }
} else {
    [Console]::Error.WriteLine("Neither podman nor Docker is installed: get Docker Desktop or Podman Desktop.")
    exit 2
}
if (" $words " -match "[ =]landlock ") { $stronger = @() }

[Console]::Error.WriteLine("Making the image of this course; the first time takes some minutes ...")
& $engine build --quiet --tag convgrade --file (Join-Path $PSScriptRoot "Containerfile") $PSScriptRoot | Out-Null
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& $engine run --rm --network none @stronger --volume "${folder}:/data" convgrade @words
exit $LASTEXITCODE
