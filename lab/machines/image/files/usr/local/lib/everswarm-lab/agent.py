"""The lab's stand-in for the SSM agent: polls the region for scripts, runs them side by side, reports.

Protocol: JSON over HTTP on the link-local address; the region knows the machine by its source address.
  POST /_lab/agent/poll    {"agent": id of this start}  ->  200 {"tasks": [AgentTask, ...]}, held up to 20 s
  POST /_lab/agent/report  AgentResult                  ->  any 2xx
AgentTask and AgentResult: lab/machines/host.ts. Output limits are those of GetCommandInvocation
(24,000 characters of standard output, 8,000 of standard error; docs.aws.amazon.com/systems-manager/latest/APIReference).
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

REGION = ("169.254.169.254", 4566)
STDOUT_LIMIT = 24000
STDERR_LIMIT = 8000
# Longer than the region holds a poll.
POLL_TIMEOUT_SECONDS = 30
RETRY_SECONDS = 0.2
REPORT_ATTEMPTS = 150


def log(message):
    print(message, file=sys.stderr, flush=True)


def post(path, body):
    """Sends JSON; returns the answer's text. Raises OSError or http.client.HTTPException."""
    connection = http.client.HTTPConnection(*REGION, timeout=POLL_TIMEOUT_SECONDS)
    try:
        connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        response = connection.getresponse()
        text = response.read().decode()
        if not 200 <= response.status < 300:
            raise http.client.HTTPException(f"{path}: {response.status} {text[:200]}")
        return text
    finally:
        connection.close()


def read_capped(file, limit):
    """The first `limit` characters of what was written to a temporary file (at most 4 bytes each in UTF-8)."""
    file.seek(0)
    return file.read(limit * 4).decode("utf-8", "replace")[:limit]


def kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # The whole group ended by itself.


def run(task):
    """Runs a task's script in a process group of its own; returns its AgentResult."""
    # Files and not pipes: a daemon that the script leaves behind holds a pipe open, and the task would never end.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile("w") as script:
        script.write(task["script"])
        script.flush()
        process = subprocess.Popen(
            ["/bin/bash", script.name],
            stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd="/", start_new_session=True,
        )
        try:
            code = process.wait(timeout=task["timeoutSeconds"])
            # Killed by signal n: 128 + n, as a shell says it.
            exit_code = code if code >= 0 else 128 - code
            status = "Success" if code == 0 else "Failed"
        except subprocess.TimeoutExpired:
            kill_group(process)
            process.wait()
            exit_code, status = 137, "TimedOut"
        return {
            "commandId": task["commandId"],
            "status": status,
            "exitCode": exit_code,
            "stdout": read_capped(out, STDOUT_LIMIT),
            "stderr": read_capped(err, STDERR_LIMIT),
        }


def run_and_report(task):
    try:
        result = run(task)
    except OSError as error:
        log(f"task {task['commandId']} could not be run: {error}")
        result = {"commandId": task["commandId"], "status": "Failed", "exitCode": 1, "stdout": "",
                  "stderr": f"the agent could not run the script: {error}"}
    for _ in range(REPORT_ATTEMPTS):
        try:
            post("/_lab/agent/report", result)
            return
        except (OSError, http.client.HTTPException) as error:
            log(f"report of {result['commandId']} not taken: {error}")
            time.sleep(RETRY_SECONDS)
    log(f"report of {result['commandId']} given up after {REPORT_ATTEMPTS} attempts")


def main():
    agent = os.urandom(8).hex()
    log(f"agent {agent} polls http://{REGION[0]}:{REGION[1]}")
    while True:
        try:
            tasks = json.loads(post("/_lab/agent/poll", {"agent": agent}))["tasks"]
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            log(f"poll failed: {error!r}")
            time.sleep(RETRY_SECONDS)
            continue
        for task in tasks:
            threading.Thread(target=run_and_report, args=(task,), daemon=True).start()


if __name__ == "__main__":
    main()
