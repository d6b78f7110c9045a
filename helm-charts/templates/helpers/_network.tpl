{{/* A rule of egress for DNS. */}}
{{- define "celsiusify.dnsEgress" -}}
- ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
{{- end }}
