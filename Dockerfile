FROM python:3.13-slim AS build
COPY . /source
RUN python -m venv /opt/cognomen && /opt/cognomen/bin/pip install --no-cache-dir '/source[serve]'

FROM python:3.13-slim
COPY --from=build /opt/cognomen /opt/cognomen
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin cognomen
USER 10001
ENV PATH=/opt/cognomen/bin:$PATH OPENBLAS_NUM_THREADS=1
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready')"]
ENTRYPOINT ["cognomen", "serve", "--host", "0.0.0.0"]
