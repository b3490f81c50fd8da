"""Four first processes at once in a home without Dagster's state, again and again: `python benchmarks/first_use.py 20`.

One embedded database serves all tries, and is not running when a try begins: the four start it as well. Prints how many
tries had all four succeed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HEADER = "company_name,website,ceo_name,ticker,industry_or_sector,city,state,employees\n"
SOURCE = '[sources.companies_{0}]\nkind = "files"\nshape = "company_list_csv"\npath = "companies_{0}.csv"\n'
OUTREACH = str(Path(sys.executable).with_name("outreach"))


def prepare(folder: Path) -> dict[str, str]:
    for number in range(4):
        row = f"Acme {number} Pumps,www.acmepumps{number}.com,Ada Lovelace,ACM{number},Pumps,Springfield,IL,120\n"
        (folder / f"companies_{number}.csv").write_text(HEADER + row, encoding="utf-8")
    (folder / "sources.toml").write_text("\n".join(SOURCE.format(number) for number in range(4)), encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("OUTREACH_", "DAGSTER_"))}
    env |= {"OUTREACH_HOME": str(folder / "home"), "OUTREACH_SOURCES": str(folder / "sources.toml")}
    subprocess.run([OUTREACH, "migrate"], env=env, cwd=folder, check=True, capture_output=True)
    return env


def succeed_at_once(folder: Path, env: dict[str, str]) -> bool:
    shutil.rmtree(folder / "home" / "dagster", ignore_errors=True)
    runs = [
        subprocess.Popen(
            # --refetch, so that no run finds nothing to do and leaves Dagster alone.
            [OUTREACH, "run", "--source", f"companies_{number}", "--refetch"], env=env, cwd=folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    fine = True
    for run in runs:
        said, _ = run.communicate()
        if run.returncode != 0:
            fine = False
            print(run.returncode, said[-1500:], flush=True)
    return fine


def main(tries: int) -> None:
    good = 0
    with tempfile.TemporaryDirectory(prefix="outreach-first-use-") as name:
        Path(name).chmod(0o755)
        env = prepare(Path(name))
        for number in range(tries):
            good += succeed_at_once(Path(name), env)
            print(f"{good} of {number + 1}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
