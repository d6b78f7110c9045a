# Usage: drain WITHDRAWAL_S LEAVING_S PORT…
# TensorFlow Serving has no drain of its own: SIGTERM ends it at once. So the pod goes on as before while Kubernetes
# takes it out of its Services, and then until no client is connected any more, but only so long.
sleep "$1"
deadline_s=$((SECONDS + $2))
ports=$(printf '|%04X' "${@:3}")
# A line of /proc/net/tcp: number, local address:port, remote address:port, state; 01 is a connection.
connected=" [0-9A-F]+:(${ports:1}) [0-9A-F]+:[0-9A-F]{4} 01 "
while ((SECONDS < deadline_s)) && grep --quiet --extended-regexp "$connected" /proc/net/tcp*; do
    sleep 0.2
done
